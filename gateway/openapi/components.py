"""The messages of the contract as components of OpenAPI, with what services declare of their fields."""

from collections.abc import Iterable, Sequence

from google.protobuf.descriptor import Descriptor

from gateway.contract.resources import Resource
from gateway.contract.schemas import Schema, name_of, object_of, with_parts
from gateway.openapi.beside import beside
from gateway.openapi.declarations import Declared


def schemas(
    resources: Sequence[Resource], messages: Iterable[Descriptor], declared: Declared
) -> Iterable[tuple[str, Schema]]:
    """By its name, each message that the operations take or give, and each kind of rows."""
    methods = [method for each in resources for method in each.methods.values()]
    methods += [each.method for resource in resources for each in beside(resource)]
    sent = {each.full_name for each in with_parts(each.described.input_type for each in methods)}
    rows = dict(_rows_of(resources, declared))
    properties = {name: each["properties"] for name, each in rows.items()}
    for each in resources:
        properties[each.message.full_name] = declared.get(each.entity, {}).get("properties", {})
    for message in with_parts(messages):
        bounded = message.full_name in sent
        known = properties.get(message.full_name, {})
        schema = object_of(message, bounded=bounded, declared=known)
        if needed := rows.get(message.full_name, {}).get("required"):
            schema["required"] = needed
        yield name_of(message), schema


def _rows_of(resources: Iterable[Resource], declared: Declared) -> Iterable[tuple[str, Schema]]:
    """What the rows within records take, by the name of their message."""
    for resource in resources:
        properties = declared.get(resource.entity, {}).get("properties", {})
        for known in resource.message.fields:
            items = properties.get(known.name, {}).get("items", {})
            if known.message_type is not None and items.get("type") == "object":
                yield known.message_type.full_name, items
