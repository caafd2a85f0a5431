"""The manual of the API: as OpenAPI for programs, and as a page for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.api.table import Table
from gateway.backends import Backends
from gateway.config import Settings
from gateway.dependencies import AnyCaller, TheDescriptions
from gateway.openapi.declarations import Declarations, Declared
from gateway.openapi.document import document
from gateway.openapi.own_fields import with_own_fields
from gateway.openapi.parts import SCOPES
from gateway.problems import kind_of
from gateway.web.frame.rendering import Templates
from kit.errors import KINDS

router = APIRouter(prefix="/api", default_response_class=Response, include_in_schema=False)

_MINUTES = {"Cache-Control": "public, max-age=300", "Vary": "Cookie, Authorization"}
_NOT_KEPT = {"Cache-Control": "private, no-store"}


@dataclass
class Manual:
    """`/api/openapi.json` and `/api/docs`, out of the contract and of what the services declare."""

    backends: Backends
    table: Table
    routers: Sequence[APIRouter]
    settings: Settings
    templates: Templates
    _made: tuple[Declared, dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        self.declarations = Declarations(self.backends)

    async def document(self) -> dict[str, Any]:
        """The document, made anew when the services have declared something else."""
        declared = await self.declarations.all()
        if self._made is None or self._made[0] is not declared:
            server = self.settings.public_url.rstrip("/")
            rows, resources = self.table.rows, self.backends.resources
            made = document(resources, rows, self.routers, server, declared)
            self._made = declared, made
        return self._made[1]

    async def page(self) -> str:
        """The same for people."""
        made = await self.document()
        context = {
            "theme": "system",
            "server": self.settings.public_url.rstrip("/"),
            "chapters": list(_chapters(made)),
            "problems": list(_problems()),
            "scopes": SCOPES,
            "schemas": made["components"]["schemas"],
        }
        return self.templates.render(["api/docs.html"], context)


async def _manual(request: Request) -> Manual:
    manual: Manual = request.app.state.manual
    return manual


TheManual = Annotated[Manual, Depends(_manual)]


@router.get("/openapi.json")
async def show_openapi(
    manual: TheManual, caller: AnyCaller, descriptions: TheDescriptions
) -> Response:
    made, headers = await manual.document(), _MINUTES
    if caller is not None:
        made, headers = with_own_fields(made, await descriptions.all()), _NOT_KEPT
    return Response(orjson.dumps(made), media_type="application/json", headers=headers)


@router.get("/docs")
async def show_docs(manual: TheManual) -> Response:
    return HTMLResponse(await manual.page(), headers=_MINUTES)


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
