"""The files beneath every record, for OpenAPI: their bytes are bodies as they are, the rest is JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.v1 import files_pb2

from gateway.contract.resources import Method, Resource
from gateway.contract.responses import answers, failures
from gateway.contract.schemas import Schema, parameter_of, reference
from gateway.openapi.beside import Beside
from gateway.openapi.parts import IDEMPOTENCY_KEY, IF_MATCH, NAMED

_SERVICE = files_pb2.DESCRIPTOR.services_by_name["Files"]
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_RANGE: Schema = {
    "name": "Range",
    "in": "header",
    "description": "Which part is wanted, e.g. `bytes=0-1023`; several parts are answered by the whole.",
    "schema": {"type": "string", "maxLength": 100},
}


@dataclass(frozen=True)
class _Sent(Beside):
    """A file is the body, and what it is called stands in the address."""

    @property
    def name(self) -> str:
        return "UploadVersion" if self.path.endswith("/versions") else "Upload"

    @property
    def summary(self) -> str:
        another = self.path.endswith("/versions")
        return "Bring another version of a file" if another else "Put a file on a record"

    def schema(self) -> Schema:
        known = files_pb2.NewFile.DESCRIPTOR.fields_by_name
        name, digest = parameter_of(known["name"]), parameter_of(known["digest"])
        another = self.path.endswith("/versions")
        name |= {"required": not another}
        if another:
            name["description"] = "What it is called from now on; as it was when absent."
        headers = [IDEMPOTENCY_KEY, IF_MATCH] if another else [IDEMPOTENCY_KEY]
        made = answers(
            "201", reference(files_pb2.File.DESCRIPTOR), tagged=True, located=not another
        )
        return {
            "parameters": [*_named(self.path), name, digest, *headers],
            "requestBody": {"required": True, "content": _BYTES},
            "responses": made,
        }


@dataclass(frozen=True)
class _Given(Beside):
    """The bytes of a file, whole or in part."""

    def schema(self) -> Schema:
        known = files_pb2.FileDownload.DESCRIPTOR.fields_by_name
        asked = [parameter_of(known[name]) for name in ("number", "preview")]
        given = {"description": "The file.", "content": {"*/*": {"schema": {}}}}
        replies = {"200": given, "206": {**given, "description": "The part asked for."}}
        return {
            "parameters": [*_named(self.path), *asked, _RANGE],
            "responses": {**replies, **failures()},
        }


def _named(path: str) -> list[Schema]:
    return [NAMED[name] for name in re.findall(r"{(\w+)}", path)]


def files_of(resource: Resource) -> Iterator[Beside]:
    """What the kit supplies for the files on the records of an entity."""
    if not resource.takes_files:
        return
    path = f"{resource.slug}/{{id}}/files"
    one = f"{path}/{{file_id}}"
    yield _Sent("POST", path, _method("Upload"))
    yield _Sent("POST", f"{one}/versions", _method("Upload"))
    yield _Given("GET", f"{one}/content", _method("Download"))
    for http, place, name in (
        ("GET", path, "List"),
        ("GET", one, "Get"),
        ("PATCH", one, "Update"),
        ("DELETE", one, "Delete"),
        ("GET", f"{one}/versions", "ListVersions"),
        ("GET", f"{one}/openings", "ListOpenings"),
    ):
        yield Beside(http, place, _method(name))


def _method(name: str) -> Method:
    return Method("", _SERVICE.methods_by_name[name])
