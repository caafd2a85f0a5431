"""What makes one service this one and no other, and how its process runs."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import uvloop

from kit.events.listeners import Listener
from kit.records.process import BeforeCommit, Process
from kit.records.standard import Records
from kit.running import Every, Job, Running, up
from kit.settings import ServiceSettings
from kit.telemetry import logs, runtime, traces
from kit.version import VERSION

__all__ = ["Every", "Job", "Running", "Service", "run", "up"]


@dataclass
class Service:
    """Everything that makes one service this one and no other."""

    name: str
    settings: ServiceSettings
    records: Sequence[Callable[[Process], Records[Any, Any]]]
    others: Sequence[Callable[[Process], Any]] = ()
    consumers: Sequence[Listener[Any]] = ()
    jobs: Sequence[Every] = ()
    before_commit: Sequence[BeforeCommit] = ()
    started: Sequence[Job] = ()
    owns_policy: bool = False
    holds: Sequence[AbstractAsyncContextManager[Any]] = ()


def run(service: Service) -> None:
    """Runs a service until it is told to stop."""
    settings = service.settings
    logs.configure(service.name, settings.log_level, VERSION)
    traces.configure(service.name, settings.trace_ratio, settings.otlp_endpoint, VERSION)
    runtime.describe(VERSION, settings.commit)
    uvloop.run(_until_stopped(service))
    traces.shut_down()


async def _until_stopped(service: Service) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with up(service):
        await stop.wait()
