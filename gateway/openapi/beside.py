"""What the kit supplies beside every record, for OpenAPI: operations by address, out of its contract."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.v1 import (
    duplicates_pb2,
    exports_pb2,
    follow_pb2,
    merges_pb2,
    notes_pb2,
    records_pb2,
    timeline_pb2,
)
from google.protobuf.descriptor import Descriptor

from gateway.contract.comments import comment
from gateway.contract.resources import STANDARD, Method, Resource
from gateway.contract.responses import answers, failures
from gateway.contract.schemas import Schema, inputs_of, parameter_of, reference
from gateway.openapi.parts import IDEMPOTENCY_KEY, IF_MATCH, NAMED, json_body

# What the address says, and what `If-Match` does.
_WITHOUT = {"entity", "id", "note_id", "file_id", "version"}
_NOTHING = "Deleted"


@dataclass(frozen=True)
class Beside:
    """One operation beside the records of an entity."""

    http: str
    path: str
    method: Method

    @property
    def name(self) -> str:
        """Its name among the operations of the entity, whose own are called alike."""
        service = self.method.described.containing_service.name
        return f"{service}.{self.method.name}" if self.method.name in STANDARD else self.method.name

    @property
    def parts(self) -> list[Descriptor]:
        """The messages within what is sent, which stands in the operation itself."""
        fields = self.method.described.input_type.fields if self.http != "GET" else ()
        kinds = (each.message_type for each in fields)
        return [each for each in kinds if each and not each.GetOptions().map_entry]

    @property
    def summary(self) -> str:
        return comment(self.method.described.full_name).rstrip(".") or self.method.name

    def schema(self) -> Schema:
        """Its parameters, its body and what it answers."""
        request = self.method.described.input_type
        asked = [each for each in request.fields if each.name not in _WITHOUT]
        parameters = [NAMED[name] for name in re.findall(r"{(\w+)}", self.path)]
        if self.http != "GET" and "version" in request.fields_by_name:
            parameters.append(IF_MATCH)
        if self.http == "POST":
            parameters.append(IDEMPOTENCY_KEY)
        told: dict[str, Any] = {"parameters": parameters, "responses": self._answers()}
        if self.http in {"POST", "PATCH"} and asked:
            schema = inputs_of(request, without=_WITHOUT)
            told["requestBody"] = json_body(schema, patch=self.http == "PATCH")
        else:
            parameters += map(parameter_of, asked)
        return told

    def _answers(self) -> Schema:
        answered = self.method.described.output_type
        if answered.name == _NOTHING:
            return {"204": {"description": "It is gone for good."}, **failures()}
        made = self.method.name == "Create"
        tagged = self.http in {"POST", "PATCH"} and "version" in answered.fields_by_name
        status = "201" if made else "200"
        replies: Schema = answers(status, reference(answered), tagged=tagged)
        return replies


def beside(resource: Resource) -> Iterator[Beside]:
    """Everything that the kit supplies for an entity."""
    one, slug = f"{resource.slug}/{{id}}", resource.slug
    yield from (
        _of(records_pb2, "Records", *each)
        for each in (
            ("GET", f"{slug}:aggregate", "Aggregate"),
            ("GET", f"{slug}:titles", "Titles"),
            ("GET", f"{one}/history", "History"),
            ("GET", f"{one}/access", "Explain"),
            ("GET", f"{one}/shares", "ListShares"),
            ("POST", f"{one}/shares", "Share"),
            ("DELETE", f"{one}/shares", "Unshare"),
        )
    )
    if resource.may_be_private:
        yield _of(records_pb2, "Records", "GET", f"{slug}:private", "ListPrivate")
        yield _of(records_pb2, "Records", "POST", f"{one}:lift-privacy", "LiftPrivacy")
    yield _of(timeline_pb2, "Timelines", "GET", f"{one}/timeline", "List")
    if resource.has_bin:
        yield _of(records_pb2, "Records", "GET", f"{slug}:bin", "Bin")
        yield _of(records_pb2, "Records", "POST", f"{one}:restore", "Restore")
    if "List" in resource.methods:
        yield _of(exports_pb2, "Exports", "GET", f"{slug}:exports", "Log")
    if resource.has_tags:
        yield _of(records_pb2, "Records", "GET", f"{slug}:tags", "CountTags")
    if resource.has_duplicates:
        yield _of(duplicates_pb2, "Duplicates", "GET", f"{slug}:duplicates", "List")
        yield _of(duplicates_pb2, "Duplicates", "POST", f"{one}:tell-apart", "TellApart")
        yield _of(merges_pb2, "Merges", "POST", f"{one}:merge", "Merge")
        yield _of(merges_pb2, "Merges", "POST", f"{one}:undo-merge", "UndoMerge")
        yield _of(merges_pb2, "Merges", "GET", f"{one}/merges", "List")
    if resource.takes_notes:
        yield from (
            _of(follow_pb2, "Followers", *each)
            for each in (
                ("GET", f"{one}/followers", "List"),
                ("POST", f"{one}:follow", "Follow"),
                ("POST", f"{one}:unfollow", "Unfollow"),
            )
        )
        yield from _notes(f"{one}/notes")


def _notes(path: str) -> Iterator[Beside]:
    for http, place, name in (
        ("GET", path, "List"),
        ("POST", path, "Create"),
        ("PATCH", f"{path}/{{note_id}}", "Update"),
        ("DELETE", f"{path}/{{note_id}}", "Delete"),
        ("GET", f"{path}/{{note_id}}/versions", "Versions"),
    ):
        yield _of(notes_pb2, "Notes", http, place, name)


def _of(module: Any, service: str, http: str, path: str, name: str) -> Beside:
    described = module.DESCRIPTOR.services_by_name[service].methods_by_name[name]
    return Beside(http, path, Method("", described))
