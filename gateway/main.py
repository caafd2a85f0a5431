"""The gateway on one screen: HTTP outside, gRPC inside, and nothing kept in between."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from gateway.access import Follower
from gateway.application import Parts, application
from gateway.config import Settings
from gateway.middleware.limits import Limits
from kit.events.connection import connect
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.telemetry import logs, runtime, traces
from kit.telemetry.ops import OpsServer

VERSION = "0.1.0"
GRACE_SECONDS = 5
_CHECK_SECONDS = 2.0


@dataclass
class Running:
    """The gateway while it runs."""

    parts: Parts
    ready: bool = False
    faults: list[str] = field(default_factory=lambda: ["starting"])


def run(settings: Settings) -> None:
    """Runs the gateway until it is told to stop."""
    logs.configure("gateway", settings.log_level, VERSION)
    traces.configure("gateway", settings.trace_ratio, settings.otlp_endpoint, VERSION)
    runtime.describe(VERSION, settings.commit)
    uvloop.run(_serve(settings))
    traces.shut_down()


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with up(settings):
        await stop.wait()


@asynccontextmanager
async def up(settings: Settings) -> AsyncIterator[Running]:
    """The gateway, ready to be asked; gone when the block ends."""
    async with AsyncExitStack() as stack:
        running = Running(await _open(settings, stack))
        ops = OpsServer(settings.ops_listen, ready=lambda: running.faults)
        ops.start()
        stack.callback(ops.stop)
        await stack.enter_async_context(_background(running))
        await stack.enter_async_context(_serving(settings, running.parts))
        await running.parts.api.descriptions.warm()
        running.ready = True
        running.faults = await _faults(running.parts)
        logs.log.info("gateway.ready", listen=settings.listen)
        yield running
        running.ready, running.faults = False, ["stopping"]


async def _open(settings: Settings, stack: AsyncExitStack) -> Parts:
    keys = Path(settings.context_keys)
    tokens = ContextTokens.from_files("gateway", settings.context_key, keys)
    peers = Peers("gateway", settings.addresses(), tokens)
    stack.push_async_callback(peers.close)
    nats = await connect(settings.nats_url, "gateway")
    stack.push_async_callback(nats.close)
    limits = Limits.connected(settings)
    stack.push_async_callback(limits.close)
    return Parts.of(settings, Follower(peers, nats), limits)


@asynccontextmanager
async def _background(running: Running) -> AsyncIterator[None]:
    """The policy, the subscriptions and the look at what the gateway needs."""
    parts = running.parts
    await parts.sessions.listen()
    await parts.tokens.listen()
    await parts.chat.listen()
    loops = [parts.follower.run(), _watch(running), runtime.watch_loop()]
    tasks: list[Any] = [asyncio.ensure_future(each) for each in loops]
    for task in tasks:
        task.add_done_callback(_end_with)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)


def _end_with(task: Any) -> None:
    """A loop that fails has met a bug; the process ends and is started afresh."""
    if not task.cancelled() and task.exception() is not None:
        logs.log.error("gateway.loop_failed", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


async def _watch(running: Running) -> None:
    """Readiness, asked every two seconds and not by every probe."""
    while True:
        if running.ready:
            running.faults = await _faults(running.parts)
        await asyncio.sleep(_CHECK_SECONDS if running.parts.follower.loaded else 0.1)


async def _faults(parts: Parts) -> list[str]:
    """A service that is stopped takes its own addresses with it, and not the gateway's."""
    faults = [] if parts.follower.loaded else ["The policy is not here yet."]
    return faults + ([] if await parts.limits.answers() else ["Valkey does not answer."])


class _Server(uvicorn.Server):
    """uvicorn without its own signals: the process has one way to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(settings: Settings, parts: Parts) -> AsyncIterator[None]:
    """HTTP from here on; at the end, requests under way are finished."""
    server = _Server(_configuration(settings, parts))
    task: Any = asyncio.ensure_future(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise SystemExit(f"The address {settings.listen} is taken.")
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _configuration(settings: Settings, parts: Parts) -> uvicorn.Config:
    host, _, port = settings.listen.rpartition(":")
    return uvicorn.Config(
        application(parts),
        host=host or "0.0.0.0",  # noqa: S104 - asked for by leaving it out
        port=int(port),
        http="httptools",
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
