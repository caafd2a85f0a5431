"""Keeps other sites from acting in a person's name: the origin must be ours, the token the session's."""

from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from gateway.authentication.callers import Caller
from gateway.config import Settings
from gateway.middleware.uploads import takes_file_of_record
from gateway.problems import Unacceptable
from kit.errors import Denied

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf_token"
_HEADER = b"x-csrf-token"
_OWN = {b"same-origin", b"none"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MOST_FIELDS = 5_000
_STALE = "This form is out of date: reload the page and send it again."


def require_own_origin(scope: Scope, settings: Settings) -> None:
    """Refuses what a browser says it sends for another site."""
    headers = dict(scope["headers"])
    site = headers.get(b"sec-fetch-site")
    origin = headers.get(b"origin")
    if (site is not None and site not in _OWN) or (
        origin is not None and not _is_ours(origin.decode("latin-1").lower(), headers, settings)
    ):
        raise Denied(f"This came from another site. Use {settings.public_url}.")


def _is_ours(origin: str, headers: dict[bytes, bytes], settings: Settings) -> bool:
    """On loopback the system has several names, and whichever was typed is right."""
    if origin == settings.origin:
        return True
    host = headers.get(b"host", b"").decode("latin-1").lower()
    on_loopback = urlsplit(origin).hostname in _LOOPBACK and not settings.is_secure
    return on_loopback and origin == f"http://{host}"


async def require_token(scope: Scope, receive: Receive, caller: Caller) -> Receive:
    """Looks for the session's token in the header, or in the form; what was read is given again."""
    told = dict(scope["headers"]).get(_HEADER)
    if told is not None:
        _compare(told.decode("latin-1"), caller)
        return receive
    if takes_file_of_record(scope["path"]):
        # A file is no form, and nobody takes in all of it to look for a token.
        raise Denied(_STALE)
    body = await _whole(receive)
    _compare(await _in_form(scope, body), caller)
    return _again(body, receive)


def _compare(told: str, caller: Caller) -> None:
    if not compare_digest(told.encode(), caller.csrf.encode()):
        raise Denied(_STALE)


async def _whole(receive: Receive) -> bytes:
    """The limit on bodies stands before this."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            return bytes(body)


async def _in_form(scope: Scope, body: bytes) -> str:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if kind.startswith(b"application/x-www-form-urlencoded"):
        return _parsed(body).get(FIELD, [""])[0]
    if not kind.startswith(b"multipart/form-data"):
        return ""
    async with Request(scope, _again(body, _gone)).form() as form:
        told = form.get(FIELD, "")
        return "" if isinstance(told, UploadFile) else told


def _parsed(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("latin-1"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Unacceptable(
            HTTPStatus.BAD_REQUEST, f"A form has at most {_MOST_FIELDS:,} fields."
        ) from None


def _again(body: bytes, rest: Receive) -> Receive:
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return await rest()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _gone() -> Message:
    return {"type": "http.disconnect"}
