"""JSON Schemas of the contract's messages, for OpenAPI 3.1."""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.api.comments import comment
from kit.wire.bounds import is_map, most_of

Schema = dict[str, Any]

_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "string",
    FieldDescriptor.TYPE_INT32: "integer",
    FieldDescriptor.TYPE_BOOL: "boolean",
}
_FORMATS = {"YYYY-MM-DD": "date", "RFC 3339": "date-time"}
_SERVER_SETS = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by"})
READY = "json"


def reference(message: Descriptor) -> Schema:
    return {"$ref": f"#/components/schemas/{name_of(message)}"}


def name_of(message: Descriptor) -> str:
    """`sales.Opportunity`; what all services share has no service before its name."""
    return ".".join(part for part in message.full_name.split(".")[1:] if part != "v1")


def object_of(message: Descriptor, *, without: Iterable[str] = (), bounded: bool = True) -> Schema:
    """A message as a schema; ready JSON is how it travels and no field of its own.

    What only we send is as long as it is: bounds are for what is sent to us.
    """
    left_out = {READY, *without}
    fields = [each for each in message.fields if each.name not in left_out]
    schema: Schema = {"type": "object", "additionalProperties": False}
    if described := comment(message.full_name):
        schema["description"] = described
    schema["properties"] = {each.name: property_of(each, bounded=bounded) for each in fields}
    if needed := [each.name for each in fields if _is_needed(each)]:
        schema["required"] = needed
    return schema


def _is_needed(known: FieldDescriptor) -> bool:
    """Standard fields are always there; of the others none is, since access may hide it."""
    return known.name in {"id", "items"} and known.message_type is None


def property_of(known: FieldDescriptor, *, bounded: bool) -> Schema:
    schema = _typed(known)
    if bounded and known.is_repeated:
        schema["maxProperties" if is_map(known) else "maxItems"] = most_of(known)
    if described := comment(known.full_name):
        schema = {**schema, "description": described}
        form = next((form for words, form in _FORMATS.items() if words in described), "")
        if form and schema.get("type") in ("string", ["string", "null"]):
            schema["format"] = form
    if known.name in _SERVER_SETS and known.has_presence:
        schema["readOnly"] = True
    return schema


def _typed(known: FieldDescriptor) -> Schema:
    message = known.message_type
    if is_map(known):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    one: Schema = reference(message) if message is not None else {"type": _SCALARS[known.type]}
    if known.is_repeated:
        return {"type": "array", "items": one}
    if message is None and known.has_presence:
        return {"type": [one["type"], "null"]}
    return one


def parameter_of(known: FieldDescriptor) -> Schema:
    """A field of a request as a query parameter."""
    schema: Schema = {"type": _SCALARS[known.type]}
    parameter: Schema = {"name": known.name, "in": "query", "schema": schema}
    if known.is_repeated:
        parameter |= {
            "schema": {"type": "array", "items": schema, "maxItems": most_of(known)},
            "explode": False,
            "style": "form",
        }
    return {**parameter, "description": comment(known.full_name)}


def with_parts(messages: Iterable[Descriptor]) -> Iterator[Descriptor]:
    """The messages and everything they are made of, each once."""
    seen: set[str] = set()
    waiting = list(messages)
    while waiting:
        message = waiting.pop()
        if message.full_name in seen or message.GetOptions().map_entry:
            continue
        seen.add(message.full_name)
        waiting.extend(each.message_type for each in message.fields if each.message_type)
        yield message
