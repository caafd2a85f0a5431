"""OpenAPI 3.1 out of the contract: what the table mounts, with the contract's comments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.v1 import duplicates_pb2, exports_pb2, records_pb2, standard_pb2
from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.api.bulk.bulks import offered
from gateway.api.exports import TYPES
from gateway.api.table import ROOT, Row
from gateway.contract.comments import comment
from gateway.contract.resources import Method, Resource
from gateway.contract.responses import answers, failures
from gateway.contract.schemas import (
    Schema,
    inputs_of,
    is_must,
    parameter_of,
    reference,
)
from gateway.openapi.beside import beside
from gateway.openapi.bulk import START, start_of
from gateway.openapi.components import schemas
from gateway.openapi.declarations import Declared
from gateway.openapi.files import files_of
from gateway.openapi.parts import (
    ALLOW_DUPLICATES,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    INFO,
    PROBLEM,
    RECORD_ID,
    json_body,
    security,
)
from kit.wire.options import stands_for
from kit.wire.schemas import given, nullable

_SUMMARIES = {
    "GET": "Read one of the {words}",
    "PATCH": "Change one of the {words}",
    "DELETE": "Remove one of the {words}",
    "POST": "Add to the {words}",
    "LIST": "List the {words}",
}
_WITHOUT = {"entity", "id"}
_MATCH = duplicates_pb2.DESCRIPTOR.services_by_name["Duplicates"].methods_by_name["Match"]
_EXPORT = exports_pb2.DESCRIPTOR.services_by_name["Exports"].methods_by_name["Export"]


def document(
    resources: Sequence[Resource],
    rows: Iterable[Row],
    routers: Iterable[APIRouter],
    server: str,
    declared: Declared,
) -> Schema:
    """The whole API; an operation that is mounted and not described here is an error."""
    described: dict[str, Schema] = {}
    messages: list[Descriptor] = [records_pb2.Description.DESCRIPTOR]
    for resource in resources:
        for (http, path), operation in _Operations(resource, declared.get(resource.entity, {})).all(
            messages
        ):
            described.setdefault(path, {})[http.lower()] = operation
    own = _of_routers(routers)
    paths: dict[str, Schema] = own["paths"]
    for row in rows:
        operation = described[row.path][row.method.lower()]
        paths.setdefault(f"{ROOT}/{row.path}", {})[row.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": server}],
        "security": [{"oauth": ["api"]}, {"session": []}],
        "tags": [_tag(resource) for resource in resources],
        "paths": paths,
        "components": {
            "schemas": {
                **dict(schemas(resources, messages, declared)),
                **own["components"]["schemas"],
                "Problem": PROBLEM,
            },
            "securitySchemes": security(server),
        },
    }


def _of_routers(routers: Iterable[APIRouter]) -> Schema:
    """What belongs to no entity, as its routes declare it."""
    routes = [route for router in routers for route in router.routes]
    return get_openapi(title="", version="", routes=routes)


def _tag(resource: Resource) -> Schema:
    return {"name": resource.slug, "description": comment(resource.described.full_name)}


def _parameter(known: FieldDescriptor, declared: Schema | None) -> Schema:
    """An input of a verb that only looks, in the query string."""
    parameter = parameter_of(known, declared)
    return parameter | {"required": True} if is_must(known) else parameter


def _input(declared: Schema, *, needed: bool) -> Schema:
    """A field that nobody edits may be what a verb is there for; whether it is needed is the verb's."""
    schema = {name: each for name, each in declared.items() if name != "readOnly"}
    if not schema:
        return schema
    plain = given(schema)
    return plain if needed or plain["type"] == "array" else nullable(plain)


@dataclass(frozen=True)
class _Operations:
    """The operations of one entity."""

    resource: Resource
    declared: Schema

    def all(self, messages: list[Descriptor]) -> Iterable[tuple[tuple[str, str], Schema]]:
        """Method and path with the operation; the messages it needs are added to the list."""
        for name, build in self._builders().items():
            if name in self.resource.methods:
                method = self.resource.methods[name]
                messages.append(method.described.output_type)
                yield self._place(name), build(method)
        for verb in self.resource.verbs:
            messages += [verb.described.input_type, verb.described.output_type]
            base = f"{self.resource.slug}/{{id}}" if verb.asks_for_record else self.resource.slug
            yield ("GET" if verb.only_reads else "POST", f"{base}:{verb.slug}"), self._verb(verb)
        yield from self._beside(messages)

    def _place(self, name: str) -> tuple[str, str]:
        slug = self.resource.slug
        http = {"List": "GET", "Create": "POST", "Get": "GET", "Update": "PATCH"}
        return http.get(name, "DELETE"), slug if name in {"List", "Create"} else f"{slug}/{{id}}"

    def _builders(self) -> Mapping[str, Callable[[Method], Schema]]:
        return {
            "List": self._list,
            "Create": self._create,
            "Get": self._get,
            "Update": self._update,
            "Delete": self._delete,
        }

    def _operation(self, name: str, method: Method | None, summary: str, **more: Any) -> Schema:
        words = self.resource.slug.replace("-", " ")
        operation = {
            "operationId": f"{self.resource.service}.{self.resource.name}.{name}",
            "tags": [self.resource.slug],
            "summary": _SUMMARIES.get(summary, summary).format(words=words),
            **more,
        }
        if method is not None and (said := comment(method.described.full_name)):
            operation["description"] = said
        return operation

    def _list(self, method: Method) -> Schema:
        asked = [parameter_of(each) for each in standard_pb2.ListRequest.DESCRIPTOR.fields]
        replies = answers("200", reference(method.described.output_type))
        return self._operation("List", method, "LIST", parameters=asked, responses=replies)

    def _create(self, method: Method) -> Schema:
        replies = answers("201", reference(self.resource.message), tagged=True, located=True)
        return self._operation(
            "Create",
            method,
            "POST",
            parameters=[IDEMPOTENCY_KEY, *self._duplicates],
            requestBody=json_body(self._new()),
            responses=replies,
        )

    @property
    def _duplicates(self) -> Sequence[Schema]:
        """Whether a record that may be there already is meant."""
        return (ALLOW_DUPLICATES,) if self.resource.has_duplicates else ()

    def _new(self) -> Schema:
        """A record as it is first sent: some fields have to be there."""
        schema = reference(self.resource.message)
        needed = self.declared.get("required")
        return {"allOf": [schema], "required": needed} if needed else schema

    def _get(self, method: Method) -> Schema:
        known = (each for each in standard_pb2.GetRequest.DESCRIPTOR.fields if each.name != "id")
        asked = [RECORD_ID, *map(parameter_of, known)]
        titles = {"type": "array", "items": reference(standard_pb2.Title.DESCRIPTOR)}
        told = {"allOf": [reference(self.resource.message)], "properties": {"titles": titles}}
        replies = answers("200", told, tagged=True)
        return self._operation("Get", method, "GET", parameters=asked, responses=replies)

    def _update(self, method: Method) -> Schema:
        replies = answers("200", reference(self.resource.message), tagged=True)
        return self._operation(
            "Update",
            method,
            "PATCH",
            parameters=[RECORD_ID, IF_MATCH, *self._duplicates],
            requestBody=json_body(reference(self.resource.message), patch=True),
            responses=replies,
        )

    def _delete(self, method: Method) -> Schema:
        told = "It is in the bin." if self.resource.has_bin else "It is gone for good."
        replies = {"204": {"description": told}, **failures()}
        return self._operation(
            "Delete", method, "DELETE", parameters=[RECORD_ID, IF_MATCH], responses=replies
        )

    def _verb(self, verb: Method) -> Schema:
        request = verb.described.input_type
        named = [RECORD_ID] if verb.asks_for_record else []
        replies = answers("200", reference(verb.described.output_type))
        summary = verb.slug.replace("-", " ").capitalize()
        if verb.only_reads:
            plain = (each for each in request.fields if each.name != "id")
            inputs = self._inputs(request)
            asked = [*named, *(_parameter(each, inputs.get(each.name)) for each in plain)]
            return self._operation(verb.name, verb, summary, parameters=asked, responses=replies)
        return self._operation(
            verb.name,
            verb,
            summary,
            parameters=[*named, IDEMPOTENCY_KEY],
            requestBody=json_body(
                inputs_of(request, without=["id"], declared=self._inputs(request))
            ),
            responses=replies,
        )

    def _inputs(self, request: Descriptor) -> Mapping[str, Schema]:
        """What an input takes that stands for a field of the entity: what the field takes."""
        properties = self.declared.get("properties", {})
        named = {each.name: each for each in request.fields if stands_for(each)}
        told = {name: properties.get(stands_for(each)[0], {}) for name, each in named.items()}
        return {
            name: _input(each, needed=not (named[name].has_presence or named[name].is_repeated))
            for name, each in told.items()
        }

    def _beside(self, messages: list[Descriptor]) -> Iterable[tuple[tuple[str, str], Schema]]:
        """What the kit supplies for every entity alike."""
        for each in (*beside(self.resource), *files_of(self.resource)):
            messages += [each.method.described.output_type, *each.parts]
            yield (
                (each.http, each.path),
                self._operation(each.name, None, each.summary, **each.schema()),
            )
        if self.resource.has_duplicates:
            messages.append(_MATCH.output_type)
            yield ("POST", f"{self.resource.slug}:match"), self._match()
        if "List" in self.resource.methods:
            yield ("GET", f"{self.resource.slug}:export"), self._file()
        if offered(self.resource):
            messages.append(START.output_type)
            summary, told = "Do the same to many of the {words}", start_of(self.resource)
            described = self._operation("Bulk", Method("", START), summary, **told)
            yield ("POST", f"{self.resource.slug}:bulk"), described

    def _match(self) -> Schema:
        """Takes a record as far as it is known; nothing of it has to be there."""
        return self._operation(
            "Match",
            Method("", _MATCH),
            "Tell who one of the {words} might be",
            parameters=[IDEMPOTENCY_KEY],
            requestBody=json_body(reference(self.resource.message)) | {"required": False},
            responses=answers("200", reference(_MATCH.output_type)),
        )

    def _file(self) -> Schema:
        """The list as a file, which comes in one of several forms."""
        export = Method("", _EXPORT)
        plain = (each for each in export.described.input_type.fields if each.name not in _WITHOUT)
        forms: Schema = {kind.partition(";")[0]: {"schema": {}} for kind in TYPES.values()}
        replies = {"200": {"description": "The file.", "content": forms}, **failures()}
        asked = [parameter_of(each) for each in plain]
        return self._operation(
            "Export", export, "Take the {words} away as a file", parameters=asked, responses=replies
        )
