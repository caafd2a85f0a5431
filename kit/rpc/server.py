"""Serving gRPC: every call is identified, bounded in time, traced, counted and answered in our errors."""

import asyncio
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from kit import actor as acting
from kit.actor import Actor, calls
from kit.database.faults import outage
from kit.errors import Anonymous, Problem, Unavailable
from kit.rpc import call as calling
from kit.rpc.admission import Admission
from kit.rpc.context import ContextTokens
from kit.rpc.problems import code_of, packed
from kit.telemetry import logs, metrics, traces
from kit.wire.bounds import bounds_of_call

Ready = Callable[[Actor], Awaitable[None]]
Behaviour = Callable[[Any, Any], Awaitable[Any]]

LONGEST_STREAM_SECONDS = 20 * 60

_OPTIONS = (
    ("grpc.max_connection_age_ms", 300_000),
    # A connection that is given up carries what it began to its end, and a file may take so long.
    ("grpc.max_connection_age_grace_ms", LONGEST_STREAM_SECONDS * 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
    # A call fits whatever a record may hold several times; files come in pieces.
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.so_reuseport", 0),
)
_OPEN = "/grpc.health."


class Replayed(Exception):  # noqa: N818 - it is an answer, not an error
    """The call was made before under the same idempotency key; this is what it answered."""

    def __init__(self, reply: bytes) -> None:
        super().__init__("replayed")
        self.reply = reply


def serve(
    address: str,
    servicers: Sequence[Any],
    tokens: ContextTokens,
    admission: Admission,
    ready: Ready,
) -> tuple[grpc.aio.Server, "health_aio.HealthServicer"]:
    """A server with these servicers and the health service, not yet started."""
    server = grpc.aio.server(interceptors=[_Reception(tokens, admission, ready)], options=_OPTIONS)
    for servicer in servicers:
        _register(servicer, server)
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    if not server.add_insecure_port(address):
        raise OSError(f"The address {address} is taken.")
    return server, health


async def report(health: "health_aio.HealthServicer", *, ready: bool) -> None:
    """Says whether calls are welcome; that we are alive is said by answering at all."""
    states = health_pb2.HealthCheckResponse.ServingStatus
    serving = states.SERVING if ready else states.NOT_SERVING
    await health.set("", serving)
    await health.set("readiness", serving)
    await health.set("liveness", states.SERVING)


def _register(servicer: Any, server: grpc.aio.Server) -> None:
    """Every generated servicer class stands in a module beside the function that adds it."""
    if (contract := getattr(servicer, "contract", None)) is not None:
        server.add_generic_rpc_handlers((_handlers(servicer, contract),))
        return
    for kind in type(servicer).__mro__:
        add = getattr(sys.modules[kind.__module__], f"add_{kind.__name__}_to_server", None)
        if add is not None:
            add(servicer, server)
            return
    raise TypeError(f"{type(servicer).__name__} serves no contract.")


def _handlers(servicer: Any, contract: ServiceDescriptor) -> grpc.GenericRpcHandler:
    """What the generated function adds, for a servicer that names its contract and inherits no class of it."""
    handlers = {
        each.name: grpc.unary_unary_rpc_method_handler(
            getattr(servicer, each.name),
            GetMessageClass(each.input_type).FromString,
            GetMessageClass(each.output_type).SerializeToString,
        )
        for each in contract.methods
    }
    return grpc.method_handlers_generic_handler(contract.full_name, handlers)


class _Reception(grpc.aio.ServerInterceptor):
    """What happens to every call before and after its handler."""

    def __init__(self, tokens: ContextTokens, admission: Admission, ready: Ready) -> None:
        self._tokens = tokens
        self._admission = admission
        self._ready = ready
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        method = details.method
        if method.startswith(_OPEN):
            return await continuation(details)
        if method not in self._wrapped:
            self._wrapped[method] = self._wrap(await continuation(details), method.lstrip("/"))
        return self._wrapped[method]

    def _wrap(self, handler: Any, method: str) -> Any:
        if handler is None:
            return None
        codec = (handler.request_deserializer, handler.response_serializer)
        if handler.unary_unary:
            received = self._receive(_within_bounds(handler.unary_unary, method), method)
            return grpc.unary_unary_rpc_method_handler(received, codec[0], _bytes_or(codec[1]))
        if handler.stream_unary:
            received = self._receive(handler.stream_unary, method)
            return grpc.stream_unary_rpc_method_handler(received, codec[0], _bytes_or(codec[1]))
        if handler.unary_stream:
            # Not a generator: what it begins it also ends when its caller goes away.
            received = self._receive(_within_bounds(handler.unary_stream, method), method)
            return grpc.unary_stream_rpc_method_handler(received, *codec)
        raise TypeError(f"{method} takes and gives streams, and nobody would ask who listens.")

    def _receive(self, behaviour: Behaviour, method: str) -> Behaviour:
        active, account = metrics.RPC_SERVER_ACTIVE.labels(method), _accounting(method)
        callers = self._admission.callers(method)

        async def received(request: Any, context: Any) -> Any:
            metadata = dict(context.invocation_metadata())
            begun = time.perf_counter()
            parent = traces.extract(metadata)
            outcome = "OK"
            # A task inherits what was ambient where the connection was accepted.
            calls(None)
            active.inc()
            with traces.span(method, traces.SpanKind.SERVER, parent, rpc__system="grpc"):
                try:
                    await self._admit(method, callers, metadata, context)
                    return await behaviour(request, context)
                except Replayed as before:
                    return before.reply
                except asyncio.CancelledError:
                    outcome = "CANCELLED"
                    raise
                except Exception as error:  # noqa: BLE001 - a bug is answered too
                    problem = _meaning(error, method)
                    outcome = code_of(problem).name
                    await context.abort(code_of(problem), problem.message, packed(problem))
                finally:
                    active.dec()
                    account(outcome, time.perf_counter() - begun)

        return received

    async def _admit(
        self, method: str, callers: frozenset[str], metadata: dict[str, Any], context: Any
    ) -> None:
        """Names actor and call, or turns the call away."""
        token = metadata.get(calling.CONTEXT)
        if not token:
            raise Anonymous("The call carries no context token.")
        actor = self._tokens.verify(token)
        self._admission.require(actor, method, callers)
        left = context.time_remaining()
        if left is not None and left < calling.LEAST_SECONDS:
            raise Unavailable("The caller leaves too little time.")
        calls(actor)
        calling.serves(_call(method, metadata, left))
        await self._ready(actor)


def _within_bounds(behaviour: Behaviour, method: str) -> Behaviour:
    """Lists and maps are counted before anybody looks into them, whoever calls."""
    bounds = bounds_of_call(method)
    if not bounds.say_something:
        return behaviour

    async def bounded(request: Any, context: Any) -> Any:
        bounds.require(request)
        return await behaviour(request, context)

    return bounded


def _call(method: str, metadata: dict[str, Any], left: float | None) -> calling.Call:
    return calling.Call(
        method=method,
        json=metadata.get(calling.VIEW) == "json",
        idempotency_key=metadata.get(calling.KEY, ""),
        allows_duplicates=calling.DUPLICATES in metadata,
        brought=metadata.get(calling.REFERENCES, b""),
        deadline=float("inf") if left is None else time.monotonic() + left,
    )


def _accounting(method: str) -> Callable[[str, float], None]:
    """One figure and one line for each call, with whoever called."""
    duration = cache(lambda outcome: metrics.RPC_SERVER_DURATION.labels(method, outcome))

    def account(outcome: str, seconds: float) -> None:
        duration(outcome).observe(seconds)
        try:
            actor = acting.calling().name
        except Anonymous:
            actor = ""
        logs.log.info(
            "rpc.served", method=method, outcome=outcome, seconds=round(seconds, 4), actor=actor
        )

    return account


def _bytes_or(serializer: Any) -> Any:
    """A replayed reply is bytes already."""
    return lambda reply: reply if isinstance(reply, bytes) else serializer(reply)


def _meaning(error: Exception, method: str) -> Problem:
    """What the caller is told: a problem as it is, an outage as one; all else is a bug of ours."""
    if isinstance(error, Problem):
        return error
    if away := outage(error):
        logs.log.warning("rpc.outage", method=method, error=repr(error))
        return away
    # Told to the log in full, to the caller by number.
    number = secrets.token_hex(6)
    logs.log.error("rpc.failed", method=method, reference=number, exc_info=error)
    return Problem(f"Something went wrong on our side. Reference {number}.")
