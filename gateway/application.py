"""The ASGI application: the API's table, sign-in and OAuth, the pages, and the door before them all."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.access import Follower, Rights
from gateway.api.beside import Beside
from gateway.api.descriptions import Descriptions
from gateway.api.endpoints import RecordRoutes
from gateway.api.imports import Imports
from gateway.api.local import LocalApi
from gateway.api.manual import Manual
from gateway.api.operations import Operations
from gateway.api.problems import UNREADABLE, Unacceptable, answered, unreadable
from gateway.api.system import SystemRoutes
from gateway.api.table import Row, Table
from gateway.backends import Backends
from gateway.config import Settings
from gateway.middleware.door import Door
from gateway.middleware.entrance import Entrance
from gateway.middleware.limits import Limits
from gateway.oauth.bearer import BearerTokens
from gateway.oauth.callers import caller_of
from gateway.oauth.consent import consent_page
from gateway.oauth.sessions import Sessions
from gateway.oauth.signing import Signing
from gateway.oauth.skin import Skin
from gateway.realtime.chat import Chat
from gateway.web.frame.visits import Site, to_sign_in
from gateway.web.imports.uploads import ValkeyUploads
from gateway.web.routes import routes as page_routes
from gateway.web.routes import sign_in_page, site_of
from kit.errors import Anonymous, NotFound, Problem

_MACHINES = ("/api/", "/oauth/", "/.well-known/")


@dataclass(frozen=True)
class Parts:
    """What the application is made of, and what runs beside it."""

    settings: Settings
    backends: Backends
    follower: Follower
    limits: Limits
    sessions: Sessions
    tokens: BearerTokens
    entrance: Entrance
    chat: Chat
    rights: Rights
    api: LocalApi

    @classmethod
    def of(cls, settings: Settings, follower: Follower, limits: Limits) -> "Parts":
        """Everything over one connection to the services, one to NATS and one to Valkey."""
        backends, rights = Backends(follower.peers), Rights(follower.policy)
        sessions = Sessions(follower, limits)
        tokens = BearerTokens(follower, settings.public_url.rstrip("/"))
        entrance = Entrance(settings, sessions, tokens, limits)
        api = LocalApi(
            backends,
            rights,
            Operations(backends, rights),
            Beside(backends, rights),
            Descriptions(backends, rights),
            Imports(backends, rights),
        )
        chat = Chat(settings, entrance, follower)
        return cls(
            settings, backends, follower, limits, sessions, tokens, entrance, chat, rights, api
        )


def table_of(api: LocalApi) -> Table:
    """Every operation of the API."""
    return Table(_rows(api))


def _rows(api: LocalApi) -> Iterator[Row]:
    yield from SystemRoutes(api.rights, api.descriptions, api.imports, api.operations).rows()
    records = RecordRoutes(api.operations, api.beside)
    for resource in api.backends.resources:
        yield from records.rows(resource)


def application(parts: Parts) -> ASGIApp:
    """The application, ready to be served."""
    site = _site(parts)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    table = table_of(parts.api)
    app.router.routes[:] = [
        parts.chat.route(),
        *Manual(parts.backends, table, parts.settings, site.templates).routes(),
        *Skin(
            parts.settings,
            parts.follower.peers,
            lambda request, consent: consent_page(site, request, consent),
        ).routes(),
        *Signing(
            parts.settings,
            parts.sessions,
            lambda request, **words: sign_in_page(site, request, **words),
        ).routes(),
        *page_routes(site),
    ]

    async def told(request: Request, error: Exception) -> Response:
        return _refused(site, request.scope, _as_problem(error))

    app.add_exception_handler(Problem, told)
    app.add_exception_handler(HTTPException, told)
    for kind in UNREADABLE:
        app.add_exception_handler(kind, told)
    routes = (each for each in app.router.routes if isinstance(each, Route))
    templates: dict[Any, str] = {each.endpoint: each.path for each in routes}

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        """The API goes straight to its table: the framework's five layers have nothing to add to it."""
        match, found = table.matches(scope)
        if match is Match.NONE:
            try:
                await app(scope, receive, send)
            finally:
                scope["template"] = templates.get(scope.get("endpoint"), "unmatched")
            return
        if caller_of(scope) is None:
            # Who first, then bytes: nothing is read of a stranger's request.
            raise Anonymous
        scope.update(found)
        await table.handle(scope, receive, send)

    return Door(routed, parts.entrance, lambda scope, problem: _refused(site, scope, problem))


def _site(parts: Parts) -> Site:
    def csrf_of(request: Request) -> str:
        caller = caller_of(request.scope)
        return caller.csrf if caller else ""

    return site_of(lambda _: parts.api, csrf_of, ValkeyUploads(parts.limits.valkey))


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, UNREADABLE):
        return unreadable(error)
    if not isinstance(error, HTTPException):
        return Problem()
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound("There is nothing at this address.")
    return Unacceptable(HTTPStatus(error.status_code), error.detail, **dict(error.headers or {}))


def _refused(site: Site, scope: Scope, problem: Problem) -> Response:
    """Programs get problem+json, people a page that says the same."""
    if scope["path"].startswith(_MACHINES):
        return answered(problem)
    request = Request(scope)
    if isinstance(problem, Anonymous):
        response: Response = to_sign_in(request)
        return response
    response = site.stranger(request, "outage.html", problem.status, problem=problem)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
