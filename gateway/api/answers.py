"""What a service answered, on its way to whoever asked: ready JSON, passed on untouched."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from kit.errors import Invalid
from kit.wire.plain import plain

_PRIVATE = {"Cache-Control": "no-store"}
_VERSION = re.compile(r"[0-9]{1,10}")
_GREATEST = 2**31 - 1
_TAG_WANTED = 'Give the ETag of the record as you last read it, e.g. "3".'


@dataclass(frozen=True, slots=True)
class Answer:
    """A representation as bytes, and the version of the record when it is one."""

    body: bytes
    version: int | None = None

    @classmethod
    def of(cls, reply: Any) -> "Answer":
        """The service's own JSON; a typed reply that has none is written out here."""
        fields = reply.DESCRIPTOR.fields_by_name
        version = reply.version if "version" in fields and reply.HasField("version") else None
        if "json" in fields and reply.HasField("json"):
            return cls(reply.json, version)
        return cls(orjson.dumps(plain(reply)), version)

    def values(self) -> dict[str, Any]:
        """The representation as values, for the pages."""
        values: dict[str, Any] = orjson.loads(self.body)
        return values

    def response(self, status: int = HTTPStatus.OK, **headers: str) -> Response:
        """The representation over HTTP."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.version is not None:
            named["ETag"] = f'"{self.version}"'
        return Response(self.body, status, {**_PRIVATE, **named}, "application/json")


def expected_version(if_match: str | None) -> int | None:
    """The version that `If-Match` names; weak tags do as well, since a version is a whole number."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not _VERSION.fullmatch(tag) or int(tag) > _GREATEST:
        raise Invalid("", {"If-Match": _TAG_WANTED})
    return int(tag)
