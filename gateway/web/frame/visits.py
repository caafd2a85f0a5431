"""One request for a page: who asks, what that person may see, and how to answer."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from gateway.web.api import Api, Uploads
from gateway.web.described.catalogs import Catalogs
from gateway.web.described.entities import Entity
from gateway.web.frame.areas import Section, area_of, rail
from gateway.web.frame.assets import Assets
from gateway.web.frame.panel_cache import PanelCache
from gateway.web.frame.readers import Reader
from gateway.web.frame.rendering import Templates
from kit.errors import NotFound, Problem
from kit.query import Context

THEMES = ("system", "light", "dark")
# Higher levels cost more time on our side than they save on the way.
QUICKLY = 3


@dataclass(frozen=True)
class Site:
    """What all visits share."""

    api_of: Callable[[Request], Api]
    csrf_of: Callable[[Request], str]
    uploads: Uploads
    assets: Assets
    templates: Templates
    panel_cache: PanelCache
    catalogs: Catalogs
    largest_file: int
    """What a file on a record may have, in bytes."""

    async def open(self, request: Request) -> "Visit":
        reader = await Reader.of(self.api_of(request), self.catalogs)
        return Visit(reader.api, reader.me, reader.catalog, self, request)

    def outage(self, request: Request, problem: Problem) -> Response:
        """What went wrong before it was known who is asking."""
        return self.stranger(request, "outage.html", problem.status, problem=problem)

    def stranger(self, request: Request, template: str, status: int, **context: Any) -> Response:
        """A page for somebody who is not signed in."""
        frame = {"csrf": self.csrf_of(request), "theme": theme_of(request), **context}
        return HTMLResponse(self.templates.render([template], frame), status)


@dataclass(frozen=True)
class Visit(Reader):
    """One person's request for one page."""

    site: Site
    request: Request

    @cached_property
    def rail(self) -> list[Section]:
        return rail(self.catalog)

    @property
    def entity(self) -> Entity:
        """The entity that the address names."""
        found = self.catalog.by_slug(self.request.path_params["plural"])
        if found is None or not found.may("view"):
            raise NotFound
        return found

    @cached_property
    def asking(self) -> Context:
        """Who asks, when and where, for conditions that are decided here."""
        return Context(UUID(self.me["id"]), self.presenter.now(), self.presenter.zone)

    @property
    def record_id(self) -> str:
        return str(self.request.path_params["record_id"])

    @property
    def by_htmx(self) -> bool:
        return self.request.headers.get("hx-request") == "true"

    def asked(self, name: str, otherwise: str = "") -> str:
        return self.request.query_params.get(name, otherwise)

    def problem(self, problem: Problem) -> Response:
        """What went wrong, within the frame or in place of the fragment that was asked for."""
        template = "fragments/problem.html" if self.by_htmx else "problem.html"
        return self.page(template, problem.status, problem=problem)

    def page(self, names: str | list[str], status: int = 200, **context: Any) -> Response:
        frame = {**self.frame(context.get("entity")), **context}
        offered = [names] if isinstance(names, str) else names
        return packed(self.request, self.site.templates.render(offered, frame), status)

    def _undo(self, entity: Entity | None) -> str:
        """Where the deletion that the page has just told of is taken back."""
        try:
            deleted = UUID(self.asked("undo"))
        except ValueError:
            return ""
        return f"/{entity.slug}/{deleted}/restore" if entity and entity.has_bin else ""

    def frame(self, entity: Entity | None = None) -> dict[str, Any]:
        """What every template may use."""
        return {
            "csrf": self.site.csrf_of(self.request),
            "theme": theme_of(self.request),
            "me": self.me,
            "rail": self.rail,
            "path": self.request.url.path,
            "area": area_of(entity) if entity else "home",
            "entity": entity,
            "present": self.presenter,
            "creatable": [each for each in self.catalog if each.made_by_form],
            "notice": self.request.query_params.get("notice", ""),
            "undo": self._undo(entity),
            "has_bins": any(each.has_bin for each in self.catalog),
        }


def packed(request: Request, html: str, status: int) -> Response:
    """A page as it goes over the wire; its many like lines shrink to a seventh."""
    headers = {"Vary": "HX-Request, Accept-Encoding", "Cache-Control": "no-store"}
    body = html.encode()
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, QUICKLY, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HTMLResponse(body, status, headers)


def theme_of(request: Request) -> str:
    chosen = request.cookies.get("theme", "system")
    return chosen if chosen in THEMES else "system"


_KEY = "rapport.visit"


def visit_of(scope: Scope) -> Visit | None:
    """The visit that a request has become, once it is known whose it is."""
    found = scope.get(_KEY)
    return found if isinstance(found, Visit) else None


def remember(scope: Scope, visit: Visit) -> None:
    scope[_KEY] = visit


def to_sign_in(request: Request) -> Response:
    """To the sign-in page and, after it, back to where the person wanted to be."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/sign-in?next={quote(wanted, safe='')}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def to(address: str, notice: str = "", *, place: str = "") -> Response:
    """Goes on to another page, or a place on it, after a change, with a word about what was done."""
    mark = "&" if "?" in address else "?"
    told = f"{mark}notice={quote(notice)}" if notice else ""
    return RedirectResponse(f"{address}{told}{'#' if place else ''}{place}", 303)
