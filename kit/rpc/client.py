"""Calling another process: its stub, with identity, deadline, trace and errors taken care of."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import grpc

from kit.actor import calling
from kit.errors import Unavailable
from kit.rpc.call import CONTEXT, DUPLICATES, KEY, LEAST_SECONDS, REFERENCES, VIEW, current
from kit.rpc.context import ContextTokens
from kit.rpc.problems import unpacked
from kit.telemetry import metrics, traces

S = TypeVar("S")

_LONGEST_PROBLEM = 1024 * 1024
_OPTIONS = (
    ("grpc.service_config", '{"loadBalancingConfig":[{"round_robin":{}}]}'),
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    # A conflict brings the record as it is now, which may be as long as a record gets.
    ("grpc.max_metadata_size", _LONGEST_PROBLEM),
    ("grpc.absolute_max_metadata_size", _LONGEST_PROBLEM),
    ("grpc.enable_http_proxy", 0),
)


class Peers:
    """The other processes, by name; channels are opened when first needed."""

    def __init__(self, name: str, addresses: Mapping[str, str], tokens: ContextTokens) -> None:
        self._name = name
        self._addresses = addresses
        self._tokens = tokens
        self._channels: dict[str, Channel] = {}
        self._stubs: dict[tuple[Callable[[Any], Any], bool], Any] = {}

    def stub(self, stub: Callable[[Any], S], *, json: bool = False) -> S:
        """A generated stub, e.g. `peers.stub(OpportunitiesStub)`; its package says which process."""
        # A stub makes a callable for each of its methods: too much to do again for every call.
        if (stub, json) not in self._stubs:
            self._stubs[stub, json] = stub(self.channel(stub.__module__.split(".")[1], json=json))
        return cast("S", self._stubs[stub, json])

    def channel(self, service: str, *, json: bool = False) -> "Channel":
        """The channel to a process; `json` asks for ready JSON instead of typed fields."""
        name = f"{service}:{json}"
        if name not in self._channels:
            address = self._addresses.get(service, f"dns:///{service}:50051")
            channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
            self._channels[name] = Channel(service, channel, self._tokens, json=json)
        return self._channels[name]

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()


class Channel:
    """A channel as generated stubs want it; every call through it is made the same way."""

    def __init__(
        self, service: str, channel: grpc.aio.Channel, tokens: ContextTokens, *, json: bool
    ) -> None:
        self._service = service
        self._channel = channel
        self._tokens = tokens
        self._view = ((VIEW, "json"),) if json else ()

    def unary_unary(self, path: str, **codec: Any) -> Callable[..., Awaitable[Any]]:
        """One question, one answer."""
        ask = self._channel.unary_unary(path, **codec)
        method, service = path.lstrip("/"), self._service
        duration = cache(
            lambda outcome: metrics.RPC_CLIENT_DURATION.labels(method, outcome, service)
        )

        async def called(
            request: Any,
            *,
            key: str = "",
            seconds: float | None = None,
            brings: bytes = b"",
            allow_duplicates: bool = False,
        ) -> Any:
            begun = time.perf_counter()
            outcome = "OK"
            with traces.span(
                method, traces.SpanKind.CLIENT, rpc__system="grpc", peer__service=service
            ):
                try:
                    metadata = self._metadata(key, brings, allow_duplicates=allow_duplicates)
                    return await ask(request, timeout=_timeout(seconds), metadata=metadata)
                except grpc.aio.AioRpcError as error:
                    outcome = error.code().name
                    raise unpacked(error, service) from None
                finally:
                    duration(outcome).observe(time.perf_counter() - begun)

        return called

    def stream_unary(self, path: str, **codec: Any) -> Callable[..., Awaitable[Any]]:
        """Many pieces, one answer; used for files, so it has a longer breath."""
        ask = self._channel.stream_unary(path, **codec)

        async def called(pieces: Any, *, seconds: float = 120, key: str = "") -> Any:
            try:
                return await ask(pieces, timeout=seconds, metadata=self._metadata(key))
            except grpc.aio.AioRpcError as error:
                raise unpacked(error, self._service) from None

        return called

    def unary_stream(self, path: str, **codec: Any) -> Callable[..., AsyncIterator[Any]]:
        """One question, an answer in pieces; who stops listening ends it at the other side too."""
        ask = self._channel.unary_stream(path, **codec)

        def called(request: Any, *, seconds: float) -> AsyncIterator[Any]:
            return self._pieces(ask(request, timeout=seconds, metadata=self._metadata()))

        return called

    async def _pieces(self, answer: Any) -> AsyncIterator[Any]:
        try:
            async for piece in answer:
                yield piece
        except grpc.aio.AioRpcError as error:
            raise unpacked(error, self._service) from None
        finally:
            answer.cancel()

    def stream_stream(self, path: str, **codec: Any) -> Any:
        return self._channel.stream_stream(path, **codec)

    def _metadata(
        self, key: str = "", brings: bytes = b"", *, allow_duplicates: bool = False
    ) -> tuple[tuple[str, Any], ...]:
        traced: dict[str, str] = {}
        traces.inject(traced)
        token = self._tokens.mint(calling(), self._service)
        told = ((KEY, key), (REFERENCES, brings), (DUPLICATES, "1" * allow_duplicates))
        return ((CONTEXT, token), *self._view, *traced.items(), *(each for each in told if each[1]))

    async def close(self) -> None:
        await self._channel.close()


def _timeout(seconds: float | None) -> float:
    left = current().seconds_left()
    if left < LEAST_SECONDS:
        raise Unavailable("There is no time left to ask another service.")
    return left if seconds is None else min(left, seconds)
