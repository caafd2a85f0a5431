"""The addresses of entities under /api/v1, found in one look-up however many entities there are."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from gateway.problems import Unacceptable

ROOT = "/api/v1"
_PREFIX = f"{ROOT}/"
_ID = "{id}"
_NAMED = re.compile(r"{\w+}")

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: `GET accounts/{id}/history`, below the root."""

    method: str
    path: str
    endpoint: Endpoint

    def __str__(self) -> str:
        return f"{self.method} {_PREFIX}{self.path}"


@dataclass(frozen=True, slots=True)
class Address:
    """Everything that may be asked at one address, by method; metrics go by its path."""

    path: str
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        if row.method in self.endpoints:
            raise ValueError(f"Two operations want {row}.")
        self.endpoints[row.method] = row.endpoint

    def endpoint(self, method: str) -> Endpoint:
        found = self.endpoints.get(method)
        if found is None:
            allowed = ", ".join(sorted(self.endpoints))
            message = f"{method} does not work here; {allowed} do."
            raise Unacceptable(HTTPStatus.METHOD_NOT_ALLOWED, message, Allow=allowed)
        return found


class Table(BaseRoute):
    """One route for all entities: the path's shape is a key, since ids stand in two places only."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._found: dict[str, Address] = {}
        for row in self.rows:
            shape = _NAMED.sub(_ID, row.path)
            self._found.setdefault(shape, Address(_PREFIX + row.path)).add(row)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            return Match.NONE, {}
        shape, record_id, beside_id = shape_of(scope["path"])
        address = self._found.get(shape)
        if address is None:
            return Match.NONE, {}
        named = {"id": record_id, "beside_id": beside_id}
        return Match.FULL, {"route": address, "path_params": named}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = scope["route"].endpoint(scope["method"])
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def shape_of(path: str) -> tuple[str, str, str]:
    """`/api/v1/leads/1:convert` is `leads/{id}:convert` with 1; `…/notes/2` ends in `/notes/{id}`, with 2."""
    first, slash, rest = path[len(_PREFIX) :].partition("/")
    if not slash:
        return first, "", ""
    second, slash, rest = rest.partition("/")
    record_id, colon, verb = second.partition(":")
    beside, deeper, rest = rest.partition("/")
    one = f"{first}/{_ID}{colon}{verb}{slash}{beside}"
    if not deeper:
        return one, record_id, ""
    beside_id, deeper, rest = rest.partition("/")
    return f"{one}/{_ID}{deeper}{rest}", record_id, beside_id
