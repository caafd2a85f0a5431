"""The manual of the API: as OpenAPI for programs, and as a page for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gateway.api.openapi import document
from gateway.api.problems import kind_of
from gateway.api.table import Table
from gateway.backends import Backends
from gateway.config import Settings
from gateway.web.rendering import Templates
from kit.errors import KINDS

_HOUR = {"Cache-Control": "public, max-age=3600"}


@dataclass
class Manual:
    """`/api/openapi.json` and `/api/docs`, each made at its first use."""

    backends: Backends
    table: Table
    settings: Settings
    templates: Templates

    def routes(self) -> Iterator[Route]:
        yield Route("/api/openapi.json", self._openapi, methods=["GET"])
        yield Route("/api/docs", self._docs, methods=["GET"])

    @cached_property
    def document(self) -> dict[str, Any]:
        server = self.settings.public_url.rstrip("/")
        return document(self.backends.resources, self.table.rows, server)

    async def _openapi(self, _: Request) -> Response:
        return Response(self._json, media_type="application/json", headers=_HOUR)

    @cached_property
    def _json(self) -> bytes:
        return orjson.dumps(self.document)

    async def _docs(self, _: Request) -> Response:
        return HTMLResponse(self._page, headers=_HOUR)

    @cached_property
    def _page(self) -> str:
        chapters = list(_chapters(self.document))
        context = {"theme": "system", "chapters": chapters, "problems": list(_problems())}
        schemas = self.document["components"]["schemas"]
        return self.templates.render(["api/docs.html"], {**context, "schemas": schemas})


def _chapters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The operations by entity, in the order of the contract."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            line = {"method": method.upper(), "path": path, **operation}
            found.setdefault(operation["tags"][0], []).append(line)
    said = {tag["name"]: tag["description"] for tag in document["tags"]}
    for name, operations in found.items():
        yield {"name": name, "doc": said.get(name, ""), "operations": operations}


def _problems() -> Iterator[dict[str, Any]]:
    """Every kind of problem, where the problems' own addresses lead."""
    for name, kind in KINDS.items():
        problem = kind("")
        yield {
            "slug": kind_of(problem),
            "status": problem.status,
            "title": kind.title,
            "name": name,
        }
    stale = {"slug": "stale", "status": 412, "title": "The record has changed in the meantime."}
    yield {**stale, "name": "Stale"}
