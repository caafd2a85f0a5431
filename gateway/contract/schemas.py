"""JSON Schemas of the contract's messages, for OpenAPI 3.1."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm.v1 import options_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.contract.comments import comment
from kit.wire.bounds import is_map, most_of
from kit.wire.options import kind_of, reference_of
from kit.wire.schemas import given, nullable, schema_of
from kit.wire.schemas import needed as required

Schema = dict[str, Any]

_SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "string",
    FieldDescriptor.TYPE_INT32: "integer",
    FieldDescriptor.TYPE_BOOL: "boolean",
}
_NOTHING: Mapping[str, Schema] = {}
READY = "json"


def reference(message: Descriptor) -> Schema:
    return {"$ref": f"#/components/schemas/{name_of(message)}"}


def name_of(message: Descriptor) -> str:
    """`sales.Opportunity`; what all services share has no service before its name."""
    return ".".join(part for part in message.full_name.split(".")[1:] if part != "v1")


def object_of(
    message: Descriptor,
    *,
    without: Iterable[str] = (),
    bounded: bool = True,
    declared: Mapping[str, Schema] = _NOTHING,
) -> Schema:
    """A message as a schema; ready JSON is how it travels and no field of its own.

    What only we send is as long as it is: bounds are for what is sent to us. What the owner of an
    entity has `declared` of a field stands above what its type says.
    """
    left_out = {READY, *without}
    fields = [each for each in message.fields if each.name not in left_out]
    schema: Schema = {"type": "object", "additionalProperties": False}
    if described := comment(message.full_name):
        schema["description"] = described
    schema["properties"] = {
        each.name: property_of(each, bounded=bounded) | _own(declared.get(each.name, _NOTHING))
        for each in fields
    }
    if always := [each.name for each in fields if _is_needed(each)]:
        schema["required"] = always
    return schema


def inputs_of(
    message: Descriptor, *, without: Iterable[str], declared: Mapping[str, Schema] = _NOTHING
) -> Schema:
    """What a verb is told; a text without `optional` has to be there and to say something."""
    schema = object_of(message, without=without, declared=declared)
    properties = schema["properties"]
    must = [each.name for each in message.fields if each.name in properties and is_must(each)]
    properties |= {name: required(given(properties[name])) for name in must}
    return schema | ({"required": must} if must else {})


def is_must(known: FieldDescriptor) -> bool:
    """Whether a verb cannot do without an input; a number or a truth value is always said."""
    text = known.type == FieldDescriptor.TYPE_STRING
    return bool(text and not known.has_presence and not known.is_repeated)


def _own(declared: Mapping[str, Any]) -> Schema:
    """What is declared of a field itself; what its rows take stands in their own schema."""
    within = declared.get("items", {}).get("type") == "object"
    return {name: each for name, each in declared.items() if name != "items" or not within}


def _is_needed(known: FieldDescriptor) -> bool:
    """Of a record nothing is: access hides a field, and nobody sends what the system fills in."""
    return bool(known.name == "items" and known.message_type is None)


def property_of(known: FieldDescriptor, *, bounded: bool) -> Schema:
    schema = _typed(known)
    if bounded and known.is_repeated:
        schema["maxProperties" if is_map(known) else "maxItems"] = most_of(known)
    if described := _described(known):
        schema = {**schema, "description": described}
    return schema


def _described(known: FieldDescriptor) -> str:
    """The comment of a field, and whose record it names."""
    target = reference_of(known)
    return f"{comment(known.full_name)} Id of `{target}`." if target else comment(known.full_name)


def _typed(known: FieldDescriptor) -> Schema:
    message = known.message_type
    if is_map(known):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    one: Schema = reference(message) if message is not None else said_of(known)
    if known.is_repeated:
        return {"type": "array", "items": one}
    return nullable(one) if message is None and known.has_presence else one


def said_of(known: FieldDescriptor) -> Schema:
    """What type and options of the contract say of one value of a field."""
    schema: Schema = {"type": _SCALARS[known.type]}
    kind = kind_of(known)
    if kind is not None and not known.is_repeated:
        schema = schema_of(kind)
    options = known.GetOptions()
    if one_of := list(options.Extensions[options_pb2.one_of]):
        schema["enum"] = one_of
    if options.HasExtension(options_pb2.least):
        schema["minimum"] = options.Extensions[options_pb2.least]
    if options.HasExtension(options_pb2.greatest):
        schema["maximum"] = options.Extensions[options_pb2.greatest]
    return schema


def parameter_of(known: FieldDescriptor, declared: Schema | None = None) -> Schema:
    """A field of a request as a query parameter."""
    schema = declared or said_of(known)
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
