"""The addresses under /api/v1, found in one look-up however many entities there are."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from gateway.problems import Unacceptable
from kit.errors import NotFound

ROOT = "/api/v1"
_PREFIX = f"{ROOT}/"
_ID = "{id}"

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: `GET accounts/{id}/history`, below the root."""

    method: str
    path: str
    endpoint: Endpoint

    def __str__(self) -> str:
        return f"{self.method} {_PREFIX}{self.path}"


class Table(BaseRoute):
    """A route for the whole API: the path's shape is a key, since ids stand in one place only."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._found: dict[str, dict[str, Endpoint]] = {}
        for row in self.rows:
            if row.method in self._found.setdefault(row.path, {}):
                raise ValueError(f"Two operations want {row}.")
            self._found[row.path][row.method] = row.endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            return Match.NONE, {}
        shape, record_id = shape_of(scope["path"])
        return Match.FULL, {"shape": shape, "path_params": {"id": record_id}}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        shape, method = scope["shape"], scope["method"]
        methods = self._found.get(shape)
        if methods is None:
            raise NotFound(f"There is nothing at {scope['path']}.")
        endpoint = methods.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            raise Unacceptable(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"{method} does not work here; {', '.join(sorted(methods))} do.",
                Allow=", ".join(sorted(methods)),
            )
        scope["template"] = _PREFIX + shape
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def shape_of(path: str) -> tuple[str, str]:
    """`/api/v1/leads/1:convert` is `leads/{id}:convert` with 1."""
    first, slash, rest = path[len(_PREFIX) :].partition("/")
    if not slash:
        return first, ""
    second, slash, beside = rest.partition("/")
    record_id, colon, verb = second.partition(":")
    return f"{first}/{_ID}{colon}{verb}{slash}{beside}", record_id
