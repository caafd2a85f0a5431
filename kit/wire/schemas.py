"""What fields take, as JSON Schema (2020-12): each kind in the words that programs know.

A service says it of its entities, once and the same for every caller; the gateway puts it beside what
the contract says and publishes both as OpenAPI.
"""

from functools import singledispatch
from typing import Any

from kit.entity import Field, Parts, Record, Rows
from kit.entity.kinds import (
    Boolean,
    Choice,
    Custom,
    Day,
    Decimals,
    Email,
    Instant,
    Integer,
    Kind,
    LongText,
    Percent,
    Phone,
    Picklist,
    Reference,
    References,
    Tags,
    Text,
    Url,
    Words,
)
from kit.entity.kinds.custom import CUSTOM_FIELDS, CUSTOM_KEY, CUSTOM_VALUE
from kit.entity.rows import Column

Schema = dict[str, Any]

_GREATEST = 2**31 - 1
_TEXT = r"^[^\u0000]*$"
_SAYS_SOMETHING = r"^[^\u0000]*\S[^\u0000]*$"
_KEY = r"^[A-Za-z_][A-Za-z0-9_]*$"


_CUSTOM: Schema = {
    "type": "object",
    "additionalProperties": {
        "type": ["string", "integer", "boolean", "array", "null"],
        "maxLength": CUSTOM_VALUE,
        "pattern": _TEXT,
        "items": {"type": "string", "pattern": _TEXT},
    },
    "propertyNames": {"pattern": _KEY, "maxLength": CUSTOM_KEY},
    "maxProperties": CUSTOM_FIELDS,
}


def schema_of_record(record: type[Record], names: tuple[str, ...]) -> Schema:
    """The fields of an entity, and which of them a new record needs."""
    fields = [record.fields[name] for name in names]
    return {
        "properties": {each.name: _of_field(each) for each in fields} | {"custom": _CUSTOM},
        "required": [each.name for each in fields if _is_needed(each)],
    }


def _of_field(field: Field) -> Schema:
    said = field.said
    schema = needed(schema_of(said.kind)) if field.required else schema_of(said.kind)
    if not field.required and schema["type"] != "array":
        schema = nullable(schema)
    if not (said.editable or said.creatable):
        schema["readOnly"] = True
    return schema


def _is_needed(field: Field) -> bool:
    return field.required and field.said.creatable and field.said.initial is None


def needed(schema: Schema) -> Schema:
    """The same, and not empty."""
    if schema.get("type") != "string" or "enum" in schema:
        return schema
    more = {"pattern": _SAYS_SOMETHING} if schema.get("pattern") == _TEXT else {}
    return {**schema, "minLength": 1, **more}


def nullable(schema: Schema) -> Schema:
    """The same, or nothing."""
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **more}


def given(schema: Schema) -> Schema:
    """The same, and never nothing."""
    if not isinstance(schema["type"], list):
        return schema
    [kind] = [each for each in schema["type"] if each != "null"]
    more = (
        {"enum": [each for each in schema["enum"] if each is not None]} if "enum" in schema else {}
    )
    return {**schema, "type": kind, **more}


@singledispatch
def schema_of(kind: Kind) -> Schema:  # noqa: ARG001 - what is said of any kind
    """What one value of a kind has to be."""
    return {"type": "string"}


@schema_of.register
def _text(kind: Text) -> Schema:
    return {"type": "string", "maxLength": kind.length, "pattern": _TEXT}


@schema_of.register
def _long_text(kind: LongText) -> Schema:
    return {"type": "string", "maxLength": kind.length, "pattern": _TEXT}


@schema_of.register
def _email(kind: Email) -> Schema:
    return {"type": "string", "format": "email", "maxLength": kind.length}


@schema_of.register
def _phone(kind: Phone) -> Schema:
    return {"type": "string", "format": "phone", "maxLength": kind.length}


@schema_of.register
def _url(kind: Url) -> Schema:
    return {"type": "string", "format": "uri", "maxLength": kind.length}


@schema_of.register
def _integer(kind: Integer) -> Schema:
    low = -_GREATEST - 1 if kind.low is None else kind.low
    return {"type": "integer", "minimum": low, "maximum": kind.high or _GREATEST}


@schema_of.register
def _decimals(kind: Decimals) -> Schema:
    whole, places = kind.digits - kind.places, kind.places
    return {"type": "string", "pattern": rf"^-?\d{{1,{whole}}}(\.\d{{1,{places}}})?$"}


@schema_of.register
def _percent(kind: Percent) -> Schema:
    places = kind.places
    return {
        "type": "string",
        "pattern": rf"^(100(\.0{{1,{places}}})?|\d{{1,2}}(\.\d{{1,{places}}})?)$",
    }


@schema_of.register
def _boolean(kind: Boolean) -> Schema:  # noqa: ARG001 - every kind is asked alike
    return {"type": "boolean"}


@schema_of.register
def _day(kind: Day) -> Schema:  # noqa: ARG001 - every kind is asked alike
    return {"type": "string", "format": "date"}


@schema_of.register
def _instant(kind: Instant) -> Schema:  # noqa: ARG001 - every kind is asked alike
    return {"type": "string", "format": "date-time"}


@schema_of.register
def _picklist(kind: Picklist) -> Schema:
    return {"type": "string", "enum": list(kind.options)}


@schema_of.register
def _choice(kind: Choice) -> Schema:
    """Administrators keep the list, so its values are no part of a contract."""
    return {"type": "string", "format": "choice", "title": kind.list}


@schema_of.register
def _reference(kind: Reference) -> Schema:  # noqa: ARG001 - every kind is asked alike
    return {"type": "string", "format": "uuid"}


@schema_of.register
def _references(kind: References) -> Schema:
    one = {"type": "string", "format": "uuid"}
    return {"type": "array", "items": one, "maxItems": kind.most}


@schema_of.register
def _words(kind: Words) -> Schema:
    one: Schema = {"type": "string", "maxLength": kind.length, "pattern": _TEXT}
    if kind.options:
        one = {"type": "string", "enum": list(kind.options)}
    return {"type": "array", "items": one, "maxItems": kind.most}


@schema_of.register
def _tags(kind: Tags) -> Schema:
    """Which there are the organisation says, so they are no part of a contract."""
    one: Schema = {"type": "string", "format": "tag", "maxLength": kind.length, "pattern": _TEXT}
    return {"type": "array", "items": one, "maxItems": kind.most}


@schema_of.register
def _custom(kind: Custom) -> Schema:  # noqa: ARG001 - every kind is asked alike
    return {"type": "object"}


@schema_of.register
def _rows(kind: Rows) -> Schema:
    columns = {each.name: each for each in kind.row.columns}
    properties = {name: _column(each) for name, each in columns.items()}
    if isinstance(kind, Parts):
        properties = {"id": nullable(schema_of(Reference()))} | properties
    required = [name for name, each in columns.items() if each.required]
    row = {"type": "object", "properties": properties, "required": required}
    return {"type": "array", "items": row, "maxItems": kind.most}


def _column(column: Column) -> Schema:
    schema = schema_of(column.kind)
    if column.follows:
        return nullable(schema) | {"readOnly": True}
    return needed(schema) if column.required else nullable(schema)
