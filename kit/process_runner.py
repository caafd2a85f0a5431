"""How every process runs: configured, watched by operations, stopped by a signal."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import uvloop

from kit.health import Health
from kit.settings import Settings
from kit.telemetry import logs, runtime, traces
from kit.telemetry.ops import OpsServer
from kit.version import VERSION

GRACE_SECONDS = 5.0
# Most objects of a request go with it; seven hundred, the default, are fewer than one request makes.
_GARBAGE = (10_000, 20, 20)

Loop = Coroutine[Any, Any, Any]
Up = Callable[[], AbstractAsyncContextManager[Any]]


def run_until_stopped(name: str, settings: Settings, up: Up) -> None:
    """Runs a process until it is asked to stop."""
    logs.configure(name, settings.log_level, VERSION)
    traces.configure(name, settings.trace_ratio, settings.otlp_endpoint, VERSION)
    runtime.describe(VERSION, settings.commit)
    uvloop.run(_until_stopped(up))
    traces.shut_down()


async def _until_stopped(up: Up) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with up():
        leave_what_stands()
        await stop.wait()


def leave_what_stands() -> None:
    """What was made until now stays as long as the process; to look through it costs a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


@asynccontextmanager
async def watched(settings: Settings, health: Health) -> AsyncIterator[None]:
    """The door for operations, open before anything else is, and what it tells from."""
    ops = OpsServer(
        settings.ops_listen, ready=health.unready, live=health.stalled, without=health.without
    )
    ops.start()
    loops = [each.watch() for each in health.dependencies]
    try:
        async with kept_running([*loops, health.turn(), runtime.watch_loop()]):
            yield
    finally:
        ops.stop()


@asynccontextmanager
async def kept_running(loops: Iterable[Loop]) -> AsyncIterator[None]:
    """Loops that end with the block; one that fails has met a bug and ends the process."""
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
    if not task.cancelled() and task.exception() is not None:
        logs.log.error("process.loop_failed", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)
