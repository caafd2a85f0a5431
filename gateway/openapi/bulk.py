"""How the manual says that many records are changed at once: a body whose values fit the entity."""

from collections.abc import Iterator

from crm.v1 import bulk_pb2 as pb

from gateway.contract.resources import Method, Resource
from gateway.contract.responses import answers
from gateway.contract.schemas import Schema, inputs_of, reference
from gateway.openapi.parts import IDEMPOTENCY_KEY, json_body
from kit.wire.options import is_bulk

START = pb.DESCRIPTOR.services_by_name["Bulks"].methods_by_name["Start"]
_WITHOUT = ("entity", "call")
_VALUES = "The fields with their new values, as in PATCH, or what the verb is told."


def start_of(resource: Resource) -> Schema:
    """Parameters, body and answers of `POST /<plural>:bulk`."""
    body = inputs_of(pb.BulkRequest.DESCRIPTOR, without=_WITHOUT)
    body.pop("required", None)
    told = [reference(resource.message)] if "Update" in resource.methods else []
    told += [inputs_of(each.described.input_type, without=["id"]) for each in _verbs(resource)]
    body["properties"]["values"] = {"anyOf": told or [{"type": "object"}], "description": _VALUES}
    body["properties"]["action"] |= {"enum": list(_actions(resource))}
    bulk = reference(pb.Bulk.DESCRIPTOR)
    return {
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": json_body(body),
        "responses": {**answers("202", bulk, located=True), **answers("200", bulk)},
    }


def _actions(resource: Resource) -> Iterator[str]:
    if "Update" in resource.methods:
        yield "change"
    if "Delete" in resource.methods:
        yield "delete"
    if resource.has_bin:
        yield "restore"
    yield from (each.slug for each in _verbs(resource))


def _verbs(resource: Resource) -> list[Method]:
    return [each for each in resource.verbs if is_bulk(each.described)]
