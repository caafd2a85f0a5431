"""The one middleware: every HTTP request passes it, and is named, traced, admitted, bounded and counted."""

import random
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.authentication.admission import PROTOCOL, Admission
from gateway.authentication.callers import Caller, remember
from gateway.config import Settings
from gateway.middleware import csrf
from gateway.middleware.headers import default_headers, with_defaults
from gateway.middleware.uploads import IMPORT, takes_file_of_record, takes_form_with_file
from gateway.problems import UNREADABLE, Unacceptable, unreadable
from kit.actor import calls
from kit.errors import Anonymous, Problem
from kit.rpc.call import DEFAULT_SECONDS, Call, serves
from kit.telemetry import metrics, traces
from kit.telemetry.logs import log

BODY_BYTES = 1024 * 1024
_FORM_EXTRA = 64 * 1024
_PAGE_UPLOAD_BYTES = 21 * 1024 * 1024
# What strangers may send says a few words, and is read before anybody knows who they are.
_STRANGER_BYTES = 64 * 1024
_NAME = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID = b"x-request-id"
_SIGN_IN, _OAUTH, _API = "/sign-in", "/oauth/", "/api/v1/"

Refuse = Callable[[Scope, Problem], Response]


@dataclass
class _Reply:
    """The answer on its way out: dressed with the default headers, and its status noted."""

    send: Send
    headers: list[tuple[bytes, bytes]]
    status: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = with_defaults(message.get("headers", ()), self.headers)
        await self.send(message)


@dataclass
class RequestMiddleware:
    """The only one, so that a request pays for one."""

    app: ASGIApp
    admission: Admission
    refuse: Refuse
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = self.admission.settings
        self._headers = default_headers(self.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        reply = _Reply(send, [*self._headers, (_REQUEST_ID, request_id)])
        method, begun = scope["method"], time.perf_counter()
        active = _active(method)
        active.inc()
        parent = traces.extract(_traceparent(scope))
        with traces.span(f"{method} {_area(scope)}", traces.SpanKind.SERVER, parent):
            try:
                await self._through(scope, receive, reply)
            finally:
                active.dec()
                _account(scope, reply.status, time.perf_counter() - begun, request_id)

    async def _through(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        try:
            await self._enter(scope, self._bounded(scope, receive), reply)
        except Problem as problem:
            await self._answer(problem, scope, receive, reply)
        except UNREADABLE as wrong:
            await self._answer(unreadable(wrong), scope, receive, reply)
        except Exception:  # noqa: BLE001 - a bug: told to the log in full, to the caller by number
            number = secrets.token_hex(6)
            log.exception("http.failed", path=scope["path"], reference=number)
            bug = Problem(f"Something went wrong on our side. Reference {number}.")
            await self._answer(bug, scope, receive, reply)

    async def _answer(
        self, problem: Problem, scope: Scope, receive: Receive, reply: _Reply
    ) -> None:
        """An answer that has begun cannot be taken back; its connection just ends."""
        if not reply.status:
            await self.refuse(scope, problem)(scope, receive, reply)

    async def _enter(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        remember(scope, None)
        # A task inherits what was ambient where the connection was accepted.
        calls(None)
        serves(Call(deadline=time.monotonic() + DEFAULT_SECONDS))
        caller = await self.admission.admit(scope)
        remember(scope, caller)
        if scope["method"] not in csrf.SAFE:
            receive = await self._genuine(scope, receive, caller)
        if caller is not None:
            calls(caller.actor)
        elif scope["path"].startswith(_API):
            # Who first, then bytes: nothing is read of a stranger's request.
            raise Anonymous
        await self._pass_on(scope, receive, reply)

    async def _pass_on(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        """What answers GET answers HEAD; the server leaves the body out (RFC 9110, 9.3.2)."""
        if scope["method"] != "HEAD":
            await self.app(scope, receive, reply)
            return
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, reply)
        finally:
            scope["route"] = asked.get("route")

    async def _genuine(self, scope: Scope, receive: Receive, caller: Caller | None) -> Receive:
        """What changes something comes from our own pages, or from a program with its own token."""
        path = scope["path"]
        if path == _SIGN_IN or (caller is not None and caller.by_cookie):
            csrf.require_own_origin(scope, self.settings)
        if path != _SIGN_IN and path not in PROTOCOL and caller is not None and caller.by_cookie:
            return await csrf.require_token(scope, receive, caller)
        return receive

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Stops reading where a body grows too long, whatever its length was said to be."""
        largest, read = self._largest(scope), 0
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > largest:
            raise _too_large(largest)

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > largest:
                raise _too_large(largest)
            return message

        return bounded

    def _largest(self, scope: Scope) -> int:
        path = scope["path"]
        if path == _SIGN_IN or path.startswith(_OAUTH):
            return _STRANGER_BYTES
        if path == IMPORT:
            return self.settings.import_bytes + _FORM_EXTRA
        if takes_file_of_record(path):
            return self.settings.file_bytes
        return _PAGE_UPLOAD_BYTES if takes_form_with_file(path) else BODY_BYTES


def _too_large(largest: int) -> Unacceptable:
    message = f"The body is larger than {largest // 1024} KB; send less at once."
    return Unacceptable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def _request_id(scope: Scope) -> bytes:
    given = next((value for name, value in scope["headers"] if name == _REQUEST_ID), b"")
    # Chance is enough: it names a line in the log, and is no secret.
    return given if _NAME.fullmatch(given) else b"%016x" % random.getrandbits(64)


def _traceparent(scope: Scope) -> dict[str, str]:
    found = {n: v for n, v in scope["headers"] if n in (b"traceparent", b"tracestate")}
    return {name.decode(): value.decode("latin-1") for name, value in found.items()}


def _area(scope: Scope) -> str:
    """The beginning of the address, which is finite: a route's own template is known only later."""
    return "/api/v1" if scope["path"].startswith("/api/v1/") else "page"


def _template(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unmatched"))


# Every metric of a request is looked up by its labels once and not once a request.
_active = cache(metrics.HTTP_ACTIVE.labels)
_duration = cache(metrics.HTTP_DURATION.labels)


def _account(scope: Scope, status: int, seconds: float, request_id: bytes) -> None:
    method, route = scope["method"], _template(scope)
    _duration(method, route, str(status)).observe(seconds)
    caller = scope.get("rapport.caller")
    log.info(
        "http.served",
        method=method,
        route=route,
        status=status,
        seconds=round(seconds, 4),
        request_id=request_id.decode(),
        actor=caller.actor.name if caller else "",
    )
