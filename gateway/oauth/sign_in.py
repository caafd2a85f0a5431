"""The sign-in form: a password in, a cookie out, and never a token."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from crm.identity.v1 import sessions_pb2 as pb
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.authentication.admission import address_of
from gateway.config import Settings
from gateway.dependencies import AnyCaller, TheSessions, TheSettings, TheSite
from gateway.web.frame.visits import Site
from gateway.web.site import sign_in_page
from kit.errors import Anonymous, Busy, Problem

router = APIRouter(default_response_class=Response, include_in_schema=False)

FormText = Annotated[str, Form()]


@router.get("/sign-in")
async def show_form(request: Request, site: TheSite) -> Response:
    return sign_in_page(site, request)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    settings: TheSettings,
    sessions: TheSessions,
    site: TheSite,
    email: FormText = "",
    password: FormText = "",
    next: FormText = "/",  # noqa: A002 - as the form names it
) -> Response:
    asked = pb.SignInRequest(
        email=email,
        password=password,
        user_agent=request.headers.get("user-agent", ""),
        address=address_of(request.scope),
    )
    if before := request.cookies.get(settings.cookie):
        asked.previous_session_id = before
    try:
        session_id = await sessions.sign_in(asked)
    except (Anonymous, Busy) as problem:
        return _again(request, site, problem, email, _local(next))
    response = RedirectResponse(_local(next), HTTPStatus.SEE_OTHER)
    _set_cookie(response, settings, session_id)
    return response


@router.post("/sign-out")
async def sign_out(caller: AnyCaller, settings: TheSettings, sessions: TheSessions) -> Response:
    if caller is not None and caller.by_cookie:
        await sessions.sign_out(caller.session_id)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    response.delete_cookie(settings.cookie, secure=settings.is_secure, httponly=True)
    return response


def _again(request: Request, site: Site, problem: Problem, email: str, wanted: str) -> Response:
    """The form once more, with what was typed, except for the password."""
    again = Request({**request.scope, "query_string": urlencode({"next": wanted}).encode()})
    told, status = problem.message, problem.status
    response = sign_in_page(site, again, email=email, problem=told, status=status)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _set_cookie(response: Response, settings: Settings, session_id: str) -> None:
    """No Max-Age: the browser forgets it when it closes, identity ends it when its time is up."""
    response.set_cookie(
        settings.cookie,
        session_id,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


def _local(address: str) -> str:
    """Only an address of our own is gone to; whatever a browser might read as another host is not."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if (
        parts.scheme
        or parts.netloc
        or not address.startswith("/")
        or address.startswith(("//", "/\\"))
    ):
        return "/"
    return "/" if any(ord(letter) < ord(" ") or letter == "\\" for letter in address) else address
