"""OAuth 2 and OpenID Connect over HTTP; the protocol itself is identity's."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from crm.identity.v1 import oauth_pb2 as pb
from crm.identity.v1.oauth_pb2_grpc import OAuthStub
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.authentication.admission import address_of
from gateway.authentication.callers import caller_of
from gateway.backends import as_door
from gateway.config import Settings
from kit.rpc.client import Peers

_HEADERS = ("authorization", "content-type", "dpop", "user-agent")
_FORM = "application/x-www-form-urlencoded"
# The longest request of OAuth and OpenID Connect has about twenty.
_MOST_PARAMETERS = 100
_OURS = {"csrf_token", "decision"}

ConsentPage = Callable[[Request, pb.Consent], Response]


@dataclass(frozen=True)
class OAuthRoutes:
    """The protocol's addresses; `consent_page` asks the person."""

    settings: Settings
    peers: Peers
    consent_page: ConsentPage

    def routes(self) -> Iterator[Route]:
        yield Route("/oauth/authorize", self._authorize, methods=["GET", "POST"])
        for path, methods, name in (
            ("/oauth/token", ["POST"], "Token"),
            ("/oauth/revoke", ["POST"], "Revoke"),
            ("/oauth/introspect", ["POST"], "Introspect"),
            ("/oauth/userinfo", ["GET", "POST"], "UserInfo"),
            ("/oauth/jwks", ["GET"], "Keys"),
            ("/.well-known/openid-configuration", ["GET"], "Metadata"),
            ("/.well-known/oauth-authorization-server", ["GET"], "Metadata"),
        ):
            yield Route(path, self._passed_on(name), methods=methods)

    def _passed_on(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def passed_on(request: Request) -> Response:
            try:
                asked = await self._asked(request)
            except ValueError:
                return _too_many()
            return _response(await self._ask(name, asked))

        return passed_on

    async def _ask(self, name: str, asked: pb.OAuthRequest) -> pb.OAuthReply:
        stub: Any = self.peers.stub(OAuthStub)
        reply: pb.OAuthReply = await as_door(lambda: getattr(stub, name)(asked))
        return reply

    async def _asked(self, request: Request) -> pb.OAuthRequest:
        """The request as the client wrote it, on the address by which the world knows us."""
        query = request.scope["query_string"].decode("latin-1")
        path = self.settings.public_url.rstrip("/") + request.scope["path"]
        headers = ((name, request.headers[name]) for name in _HEADERS if name in request.headers)
        return pb.OAuthRequest(
            method=request.method,
            uri=f"{path}?{query}" if query else path,
            headers=[pb.Parameter(name=name, value=value) for name, value in headers],
            form=[pb.Parameter(name=n, value=v) for n, v in await _form(request)],
            address=address_of(request.scope),
        )

    async def _authorize(self, request: Request) -> Response:
        """Asks who it is, then what the person allows, then lets identity answer the client."""
        try:
            asked = await self._asked(request)
        except ValueError:
            return _too_many()
        caller = caller_of(request.scope)
        if caller is not None and caller.by_cookie:
            asked.person_id, asked.session_id = caller.actor.name, caller.session_id
            answer = next((each.value for each in asked.form if each.name == "decision"), "")
            if answer:
                asked.consent = answer == "allow"
        given = [each for each in asked.form if each.name not in _OURS]
        del asked.form[:]
        asked.form.extend(given)
        reply = await self._ask("Authorize", asked)
        if reply.sign_in:
            return _to_sign_in(request)
        if reply.HasField("consent"):
            return self.consent_page(request, reply.consent)
        return _response(reply)


async def _form(request: Request) -> list[tuple[str, str]]:
    if not request.headers.get("content-type", "").startswith(_FORM):
        return []
    body = (await request.body()).decode("utf-8", "replace")
    return parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)


def _too_many() -> Response:
    told = f"A request has at most {_MOST_PARAMETERS} parameters."
    body = {"error": "invalid_request", "error_description": told}
    return JSONResponse(body, HTTPStatus.BAD_REQUEST, {"Cache-Control": "no-store"})


def _to_sign_in(request: Request) -> Response:
    query = request.scope["query_string"].decode("latin-1")
    wanted = f"{request.url.path}?{query}" if query else request.url.path
    return RedirectResponse(f"/sign-in?next={quote(wanted, safe='')}", HTTPStatus.SEE_OTHER)


def _response(reply: pb.OAuthReply) -> Response:
    response = Response(reply.body, reply.status)
    for header in reply.headers:
        response.headers.append(header.name, header.value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
