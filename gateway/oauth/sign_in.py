"""The sign-in form: a password in, a cookie out, and never a token."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from crm.identity.v1 import sessions_pb2 as pb
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.authentication.admission import address_of
from gateway.authentication.callers import caller_of
from gateway.authentication.sessions import Sessions
from gateway.config import Settings
from kit.errors import Anonymous, Busy, Problem

Page = Callable[..., Response]


@dataclass(frozen=True)
class SignIn:
    """`/sign-in` and `/sign-out`; `page` draws the form."""

    settings: Settings
    sessions: Sessions
    page: Page

    def routes(self) -> Iterator[Route]:
        yield Route("/sign-in", self._show, methods=["GET"])
        yield Route("/sign-in", self._sign_in, methods=["POST"])
        yield Route("/sign-out", self._sign_out, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        return self.page(request)

    async def _sign_in(self, request: Request) -> Response:
        form = await request.form()
        try:
            session_id = await self.sessions.sign_in(self._asked(request, form))
        except (Anonymous, Busy) as problem:
            return self._again(request, form, problem)
        response = RedirectResponse(_local(_text(form, "next")), HTTPStatus.SEE_OTHER)
        self._set_cookie(response, session_id)
        return response

    def _asked(self, request: Request, form: FormData) -> pb.SignInRequest:
        before = request.cookies.get(self.settings.cookie)
        return pb.SignInRequest(
            email=_text(form, "email"),
            password=_text(form, "password"),
            user_agent=request.headers.get("user-agent", ""),
            address=address_of(request.scope),
            **({"previous_session_id": before} if before else {}),
        )

    def _again(self, request: Request, form: FormData, problem: Problem) -> Response:
        """The form once more, with what was typed, except for the password."""
        wanted = urlencode({"next": _local(_text(form, "next"))}).encode()
        again = Request({**request.scope, "query_string": wanted})
        response = self.page(
            again, email=_text(form, "email"), problem=problem.message, status=problem.status
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    async def _sign_out(self, request: Request) -> Response:
        caller = caller_of(request.scope)
        if caller is not None and caller.by_cookie:
            await self.sessions.sign_out(caller.session_id)
        response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
        response.delete_cookie(self.settings.cookie, secure=self.settings.is_secure, httponly=True)
        return response

    def _set_cookie(self, response: Response, session_id: str) -> None:
        """No Max-Age: the browser forgets it when it closes, identity ends it when its time is up."""
        response.set_cookie(
            self.settings.cookie,
            session_id,
            path="/",
            secure=self.settings.is_secure,
            httponly=True,
            samesite="lax",
        )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


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
