"""The ASGI application: the API's table, sign-in and OAuth, the pages, and the middleware before them all."""

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

from gateway.access import PolicyFollower, Rights
from gateway.api.descriptions import Descriptions
from gateway.api.imports import Imports
from gateway.api.in_process import InProcessApi
from gateway.api.operations import Operations
from gateway.api.records import Records
from gateway.api.routes import EntityRoutes
from gateway.api.system import SystemRoutes
from gateway.api.table import Row, Table
from gateway.authentication.access_tokens import AccessTokens
from gateway.authentication.admission import Admission
from gateway.authentication.callers import caller_of
from gateway.authentication.limits import Limits
from gateway.authentication.sessions import Sessions
from gateway.backends import Backends
from gateway.config import Settings
from gateway.middleware.request import RequestMiddleware
from gateway.oauth.consent import consent_page
from gateway.oauth.routes import OAuthRoutes
from gateway.oauth.sign_in import SignIn
from gateway.openapi.manual import Manual
from gateway.problems import UNREADABLE, Unacceptable, response_of, unreadable
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
    follower: PolicyFollower
    limits: Limits
    sessions: Sessions
    tokens: AccessTokens
    admission: Admission
    chat: Chat
    rights: Rights
    api: InProcessApi

    @classmethod
    def of(cls, settings: Settings, follower: PolicyFollower, limits: Limits) -> "Parts":
        """Everything over one connection to the services, one to NATS and one to Valkey."""
        backends, rights = Backends(follower.peers), Rights(follower.policy)
        sessions = Sessions(follower, limits)
        tokens = AccessTokens(follower, settings.public_url.rstrip("/"))
        admission = Admission(settings, sessions, tokens, limits)
        api = InProcessApi(
            backends,
            rights,
            Operations(backends, rights),
            Records(backends, rights),
            Descriptions(backends, rights),
            Imports(backends, rights),
        )
        chat = Chat(settings, admission, follower)
        return cls(
            settings, backends, follower, limits, sessions, tokens, admission, chat, rights, api
        )


def table_of(api: InProcessApi) -> Table:
    """Every operation of the API."""
    return Table(_rows(api))


def _rows(api: InProcessApi) -> Iterator[Row]:
    yield from SystemRoutes(api.rights, api.descriptions, api.imports, api.operations).rows()
    entities = EntityRoutes(api.operations, api.records)
    for resource in api.backends.resources:
        yield from entities.rows(resource)


def application(parts: Parts) -> ASGIApp:
    """The application, ready to be served."""
    site = _site(parts)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    table = table_of(parts.api)
    app.router.routes[:] = [
        parts.chat.route(),
        *Manual(parts.backends, table, parts.settings, site.templates).routes(),
        *OAuthRoutes(
            parts.settings,
            parts.follower.peers,
            lambda request, consent: consent_page(site, request, consent),
        ).routes(),
        *SignIn(
            parts.settings,
            parts.sessions,
            lambda request, **words: sign_in_page(site, request, **words),
        ).routes(),
        *page_routes(site),
    ]

    async def problem_handler(request: Request, error: Exception) -> Response:
        return _refusal(site, request.scope, _as_problem(error))

    app.add_exception_handler(Problem, problem_handler)
    app.add_exception_handler(HTTPException, problem_handler)
    for kind in UNREADABLE:
        app.add_exception_handler(kind, problem_handler)
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

    return RequestMiddleware(
        routed, parts.admission, lambda scope, problem: _refusal(site, scope, problem)
    )


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


def _refusal(site: Site, scope: Scope, problem: Problem) -> Response:
    """Programs get problem+json, people a page that says the same."""
    if scope["path"].startswith(_MACHINES):
        return response_of(problem)
    request = Request(scope)
    if isinstance(problem, Anonymous):
        response: Response = to_sign_in(request)
        return response
    response = site.stranger(request, "outage.html", problem.status, problem=problem)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
