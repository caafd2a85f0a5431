"""From JSON and query strings to messages; whatever does not fit is named, with the nearest name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Header
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
from rapidfuzz import process
from starlette.requests import Request

from gateway.api.answers import expected_version
from gateway.contract.schemas import Schema, object_of
from gateway.problems import Unacceptable
from kit.errors import Invalid
from kit.wire.bounds import excess
from kit.wire.plain import filled, without_zero

Query = Mapping[str, str]
Setter = Callable[[Any, str], None]

_JSON = ("application/json", "application/merge-patch+json")
_NOT_JSON = "Send the body as application/json."
_UNKNOWN = "There is no such field."
_NEAR = 60
_TOLD = 10
_TRUTHS = {"true": True, "1": True, "": True, "false": False, "0": False}


async def json_object(request: Request) -> dict[str, Any]:
    """The body of a request; an empty one is an empty object."""
    body = await request.body()
    if not body:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON:
        raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _NOT_JSON)
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Unacceptable(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {wrong}.") from None
    if not isinstance(values, dict):
        raise Unacceptable(HTTPStatus.BAD_REQUEST, "Send one JSON object.")
    return values


@dataclass(frozen=True)
class FromContract:
    """Marks the body of a route as a message of the contract, which says what fits and what it means."""

    kind: Any
    without: tuple[str, ...] = ()
    """What the address says already."""

    def schema(self) -> Schema:
        return object_of(self.kind.DESCRIPTOR, without=self.without)

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._message)

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> Schema:
        return self.schema()

    def _message(self, values: Any) -> Any:
        if isinstance(values, bytes):
            raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _NOT_JSON)
        if not isinstance(values, dict):
            raise Unacceptable(HTTPStatus.BAD_REQUEST, "Send one JSON object.")
        told = {name: value for name, value in values.items() if name not in self.without}
        return from_json(self.kind(), told)


def from_json(message: Any, values: Mapping[str, Any]) -> Any:
    """A message filled with JSON values."""
    return filled(message, values, unknown=_advice)


def _advice(name: str, message: Descriptor) -> str:
    """Which name of the message was probably meant."""
    return _unknown(name, [each.name for each in message.fields if each.name != "json"])


def _unknown(name: str, names: list[str]) -> str:
    near = process.extractOne(name, names, score_cutoff=_NEAR)
    return f"{_UNKNOWN} Did you mean {near[0]!r}?" if near else _UNKNOWN


def query_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """The query string; a parameter that comes again adds to the first, parted by a comma."""
    raw: bytes = scope["query_string"]
    if not raw:
        return {}
    values: dict[str, str] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def truth_in(query: Query, name: str) -> bool:
    """A switch in the query string; off where it is not there."""
    if (text := query.get(name)) is None:
        return False
    try:
        return _TRUTHS[text.lower()]
    except KeyError:
        raise Invalid("", {name: f"{text!r} does not fit here; say true or false."}) from None


def from_query(message: Any, query: Query) -> Any:
    """A message filled from a query string."""
    setters = _setters(message.DESCRIPTOR)
    wrong: dict[str, str] = {}
    for name, text in query.items():
        setter = setters.get(name)
        if len(wrong) == _TOLD:
            break
        if setter is None:
            wrong[name] = _unknown(name, list(setters)).replace("field", "parameter")
            continue
        try:
            setter(message, text)
        except Invalid as said:
            wrong |= said.fields or {name: said.message}
        except (ValueError, KeyError):
            wrong[name] = f"{text!r} does not fit here."
    if wrong:
        raise Invalid("", wrong)
    return message


@cache
def _setters(known: Descriptor) -> dict[str, Setter]:
    plain = (each for each in known.fields if each.message_type is None and each.name != "json")
    return {each.name: _setter(each) for each in plain}


def _setter(known: FieldDescriptor) -> Setter:
    name, read = known.name, _reader(known)
    if known.is_repeated:
        return lambda message, text: getattr(message, name).extend(map(read, _parted(known, text)))
    return lambda message, text: setattr(message, name, read(text))


def _parted(known: FieldDescriptor, text: str) -> list[str]:
    parts = text.split(",")
    if told := excess(known, parts):
        raise Invalid("", {known.name: told})
    return [each for each in parts if each]


def _reader(known: FieldDescriptor) -> Callable[[str], Any]:
    if known.type == FieldDescriptor.TYPE_BOOL:
        return lambda text: _TRUTHS[text.lower()]
    return without_zero if known.type == FieldDescriptor.TYPE_STRING else int


def new(kind: type[Message]) -> Any:
    """A new message; typed as anything, because only its descriptor knows its fields."""
    return kind()


async def _version(
    if_match: Annotated[
        str,
        Header(
            alias="If-Match",
            description="The ETag as last read; when the record has changed since, 412 tells how "
            "it is.",
            json_schema_extra={"pattern": r'^(\*|(W/)?"[0-9]{1,9}")$'},
        ),
    ] = "",
) -> int | None:
    return expected_version(if_match or None)


IfMatch = Annotated[int | None, Depends(_version)]
"""The version that the caller has seen."""
