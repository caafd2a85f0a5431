"""The ASGI application: routers, the table of entities among them, and the middleware before them all."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Scope

from gateway.api import system_routes
from gateway.api.beside.duplicate_routes import DuplicateRoutes
from gateway.api.beside.file_routes import FileRoutes
from gateway.api.beside.follow_routes import FollowRoutes
from gateway.api.beside.note_routes import NoteRoutes
from gateway.api.bulk import hand_over_routes
from gateway.api.bulk import routes as bulk_routes
from gateway.api.entity_routes import EntityRoutes
from gateway.api.importing import routes as import_routes
from gateway.api.in_process import InProcessApi
from gateway.api.inbox import routes as inbox_routes
from gateway.api.merging.routes import MergeRoutes
from gateway.api.reporting import routes as report_routes
from gateway.api.reporting import schedule_routes
from gateway.api.searching import routes as search_routes
from gateway.api.table import Row, Table
from gateway.framework_errors import problem_of
from gateway.middleware.request import RequestMiddleware
from gateway.oauth import routes as oauth
from gateway.oauth import sign_in
from gateway.openapi import manual
from gateway.parts import Parts
from gateway.problems import led_on, response_of
from gateway.realtime import routes as realtime
from gateway.web.frame.visits import Site, to_sign_in, visit_of
from gateway.web.routes import ROUTERS as PAGES
from kit.errors import Anonymous, Moved, Problem

API: tuple[APIRouter, ...] = (
    system_routes.router,
    report_routes.router,
    schedule_routes.router,
    import_routes.router,
    bulk_routes.router,
    hand_over_routes.router,
    inbox_routes.router,
    search_routes.router,
)
"""What the API offers besides its entities."""

_MACHINES = ("/api/", "/oauth/", "/.well-known/")


def table_of(api: InProcessApi) -> Table:
    """Every operation on entities."""
    return Table(_rows(api))


def _rows(api: InProcessApi) -> Iterator[Row]:
    entities = EntityRoutes(api.operations, api.records, api.exports)
    beside = (
        NoteRoutes(api.notes),
        FileRoutes(api.files),
        FollowRoutes(api.following),
        bulk_routes.BulkRoutes(api.bulks),
        DuplicateRoutes(api.duplicates),
        MergeRoutes(api.merges),
    )
    for resource in api.backends.resources:
        yield from entities.rows(resource)
        for each in beside:
            yield from each.rows(resource)


def application(parts: Parts) -> ASGIApp:
    """The application, ready to be served."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # The middleware before it traces and counts; asking whether it should as well costs 13 µs a request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    table = table_of(parts.api)
    app.state.parts = parts
    app.state.manual = manual.Manual(
        parts.backends, table, API, parts.settings, parts.site.templates
    )
    # Most requests are for records, so their one look-up stands before the search of all others.
    app.router.routes.append(table)
    for router in (*API, manual.router, sign_in.router, oauth.router, realtime.router, *PAGES):
        app.include_router(router)
    for kind in (HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _raised)
    app.add_exception_handler(oauth.TooManyParametersError, oauth.too_many_parameters)
    return RequestMiddleware(
        app, parts.admission, lambda scope, problem: _refusal(parts.site, scope, problem)
    )


async def _raised(_: Request, error: Exception) -> Response:
    """Whatever is wrong is answered in one place, which is the middleware."""
    raise problem_of(error) if isinstance(error, _THE_FRAMEWORKS) else error


_THE_FRAMEWORKS = (HTTPException, RequestValidationError)


def _refusal(site: Site, scope: Scope, problem: Problem) -> Response:
    """Programs get problem+json, people a page that says the same; readers are led on to a survivor."""
    if isinstance(problem, Moved) and (address := led_on(scope, problem)):
        return RedirectResponse(
            address, HTTPStatus.PERMANENT_REDIRECT, {"Cache-Control": "no-store"}
        )
    if scope["path"].startswith(_MACHINES):
        return response_of(problem)
    request = Request(scope)
    if isinstance(problem, Anonymous):
        response: Response = to_sign_in(request)
        return response
    visit = visit_of(scope)
    response = visit.problem(problem) if visit else site.outage(request, problem)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
