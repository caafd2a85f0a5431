"""The fields that the organisation added, in the manual of whoever is calling: those that he may see.

The manual itself is for everybody, strangers included, and says of custom fields only that there are
such; what they are called is the organisation's own affair.
"""

from collections.abc import Mapping
from typing import Any

from gateway.contract.schemas import Schema

_PREFIX = "custom."
_TYPES: Mapping[str, Schema] = {
    "integer": {"type": "integer"},
    "year": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"},
    "reference": {"type": "string", "format": "uuid"},
    "words": {"type": "array", "items": {"type": "string"}},
}


def with_own_fields(document: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """The manual with the custom fields that a description tells of; itself it stays as it is."""
    components = document["components"]
    schemas = dict(components["schemas"])
    for entity in described["entities"]:
        own = [each for each in entity["fields"] if each["name"].startswith(_PREFIX)]
        if own and entity["entity"] in schemas:
            schemas[entity["entity"]] = _widened(schemas[entity["entity"]], own)
    return {**document, "components": {**components, "schemas": schemas}}


def _widened(schema: Schema, own: list[dict[str, Any]]) -> Schema:
    held = schema["properties"]["custom"]
    told = {each["name"].removeprefix(_PREFIX): _of(each) for each in own}
    return {
        **schema,
        "properties": {**schema["properties"], "custom": {**held, "properties": told}},
    }


def _of(field: Mapping[str, Any]) -> Schema:
    schema = dict(_TYPES.get(field["kind"], {"type": "string"}))
    if values := [each["value"] for each in field.get("options", ())]:
        schema["enum"] = [*values, None]
    if field.get("max_length"):
        schema["maxLength"] = field["max_length"]
    told = {"title": field["label"], "description": field.get("help", "")}
    said = {name: text for name, text in told.items() if text}
    return {**schema, "type": [schema["type"], "null"], **said}
