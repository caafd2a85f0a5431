"""OAuth 2 and OpenID Connect over HTTP; the protocol itself is identity's."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from crm.identity.v1 import oauth_pb2 as pb
from crm.identity.v1.oauth_pb2_grpc import OAuthStub
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gateway.authentication.admission import address_of
from gateway.backends import as_door
from gateway.dependencies import AnyCaller, ThePeers, TheSettings, TheSite
from gateway.oauth.consent import consent_page

router = APIRouter(default_response_class=Response, include_in_schema=False)

_HEADERS = ("authorization", "content-type", "dpop", "user-agent")
_FORM = "application/x-www-form-urlencoded"
# The longest request of OAuth and OpenID Connect has about twenty.
_MOST_PARAMETERS = 100
_OURS = {"csrf_token", "decision"}


class TooManyParametersError(Exception):
    """A request with more parameters than any of the protocol has."""


async def too_many_parameters(_: Request, __: Exception) -> Response:
    """Told as the protocol tells errors (RFC 6749, 5.2)."""
    told = f"A request has at most {_MOST_PARAMETERS} parameters."
    body = {"error": "invalid_request", "error_description": told}
    return JSONResponse(body, HTTPStatus.BAD_REQUEST, {"Cache-Control": "no-store"})


async def _asked(request: Request, settings: TheSettings) -> pb.OAuthRequest:
    """The request as the client wrote it, on the address by which the world knows us."""
    query = request.scope["query_string"].decode("latin-1")
    path = settings.public_url.rstrip("/") + request.scope["path"]
    headers = ((name, request.headers[name]) for name in _HEADERS if name in request.headers)
    return pb.OAuthRequest(
        method=request.method,
        uri=f"{path}?{query}" if query else path,
        headers=[pb.Parameter(name=name, value=value) for name, value in headers],
        form=[pb.Parameter(name=n, value=v) for n, v in await _form(request)],
        address=address_of(request.scope),
    )


async def _form(request: Request) -> list[tuple[str, str]]:
    if not request.headers.get("content-type", "").startswith(_FORM):
        return []
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise TooManyParametersError from None


Asked = Annotated[pb.OAuthRequest, Depends(_asked)]


async def _identity(peers: ThePeers) -> Any:
    return peers.stub(OAuthStub)


Identity = Annotated[Any, Depends(_identity)]


@router.post("/oauth/token")
async def token(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.Token(asked))


@router.post("/oauth/revoke")
async def revoke(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.Revoke(asked))


@router.post("/oauth/introspect")
async def introspect(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.Introspect(asked))


@router.get("/oauth/userinfo")
@router.post("/oauth/userinfo")
async def userinfo(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.UserInfo(asked))


@router.get("/oauth/jwks")
async def keys(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.Keys(asked))


@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server")
async def metadata(identity: Identity, asked: Asked) -> Response:
    return await _answered(lambda: identity.Metadata(asked))


@router.get("/oauth/authorize")
@router.post("/oauth/authorize")
async def authorize(
    request: Request, site: TheSite, identity: Identity, asked: Asked, caller: AnyCaller
) -> Response:
    """Asks who it is, then what the person allows, then lets identity answer the client."""
    if caller is not None and caller.by_cookie:
        asked.person_id, asked.session_id = caller.actor.name, caller.session_id
        answer = next((each.value for each in asked.form if each.name == "decision"), "")
        if answer:
            asked.consent = answer == "allow"
    given = [each for each in asked.form if each.name not in _OURS]
    del asked.form[:]
    asked.form.extend(given)
    reply: pb.OAuthReply = await as_door(lambda: identity.Authorize(asked))
    if reply.sign_in:
        return _to_sign_in(request)
    if reply.HasField("consent"):
        return consent_page(site, request, reply.consent)
    return _response(reply)


async def _answered(ask: Callable[[], Awaitable[pb.OAuthReply]]) -> Response:
    return _response(await as_door(ask))


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
