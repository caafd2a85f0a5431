"""The gateway on one screen: HTTP outside, gRPC inside, and nothing kept in between."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn

from gateway.access import PolicyFollower
from gateway.application import application
from gateway.authentication.limits import Limits
from gateway.config import Settings
from gateway.middleware.timeouts import ReadTimeouts, close_late, with_timeouts
from gateway.middleware.uploads import takes_file
from gateway.parts import Parts
from kit.events.connection import connect
from kit.health import Dependency, Health
from kit.process_runner import kept_running, run_until_stopped, watched
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.telemetry import logs

GRACE_SECONDS = 5
_NO_PROXIES = (
    "People come by HTTPS, so a proxy stands before this process, and RAPPORT_TRUSTED_PROXIES does "
    "not name it: all of them share the limits of its one address."
)


@dataclass
class Running:
    """The gateway while it runs."""

    parts: Parts
    health: Health


def run(settings: Settings) -> None:
    """Runs the gateway until it is asked to stop."""
    run_until_stopped("gateway", settings, partial(up, settings))


@asynccontextmanager
async def up(settings: Settings) -> AsyncIterator[Running]:
    """The gateway, ready to be asked; gone when the block ends."""
    if settings.is_secure and not settings.trusted_proxies:
        logs.log.warning("gateway.no_trusted_proxies", told=_NO_PROXIES)
    async with AsyncExitStack() as stack:
        parts = await _open(settings, stack)
        health = _health(parts)
        await stack.enter_async_context(watched(settings, health))
        await _listen(parts)
        await stack.enter_async_context(kept_running([parts.follower.run()]))
        await stack.enter_async_context(_serving(settings, parts))
        await parts.api.descriptions.warm()
        await parts.follower.known.wait()
        await stack.enter_async_context(kept_running([parts.post.run()]))
        health.waiting_for = []
        logs.log.info("gateway.ready", listen=settings.listen)
        yield Running(parts, health)
        health.waiting_for = ["The process is stopping."]


async def _open(settings: Settings, stack: AsyncExitStack) -> Parts:
    keys = Path(settings.context_keys)
    tokens = ContextTokens.from_files("gateway", settings.context_key, keys)
    peers = Peers("gateway", settings.addresses(), tokens)
    stack.push_async_callback(peers.close)
    broker = await connect(settings.nats_url, "gateway")
    stack.push_async_callback(broker.close)
    limits = Limits.connected(settings)
    stack.push_async_callback(limits.close)
    await limits.say_if_away()
    return Parts.of(settings, PolicyFollower(peers, broker), limits)


def _health(parts: Parts) -> Health:
    """A service that is stopped takes its own addresses with it, and not the gateway's."""
    # Without Valkey tokens are believed and sessions are not; without NATS the policy is asked for.
    return Health(
        (
            Dependency("Valkey", parts.limits.answers, needed=False),
            Dependency("NATS", parts.follower.nats.answers, needed=False),
        )
    )


async def _listen(parts: Parts) -> None:
    await parts.sessions.listen()
    await parts.tokens.listen()
    await parts.chat.listen()
    await parts.news.listen()


class _Server(uvicorn.Server):
    """uvicorn without its own signals: the process has one way to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(settings: Settings, parts: Parts) -> AsyncIterator[None]:
    """HTTP from here on; at the end, requests under way are finished."""
    server = _Server(_configuration(settings, parts))
    over = asyncio.Event()

    async def serve() -> None:
        try:
            await server.serve()
        finally:
            over.set()

    async with kept_running([serve(), close_late(server.server_state.connections)]):
        while not server.started:
            if over.is_set():
                raise SystemExit(f"The address {settings.listen} is taken.")
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            parts.news.close()
            server.should_exit = True
            await over.wait()


def _configuration(settings: Settings, parts: Parts) -> uvicorn.Config:
    host, _, port = settings.listen.rpartition(":")
    return uvicorn.Config(
        application(parts),
        host=host or "0.0.0.0",  # noqa: S104 - asked for by leaving it out
        port=int(port),
        http=with_timeouts(
            ReadTimeouts(
                settings.head_seconds, settings.body_seconds, settings.file_seconds, takes_file
            )
        ),
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    run(Settings.load())
