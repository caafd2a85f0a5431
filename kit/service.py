"""Running one service: its parts come up in order, report health, and go down in the reverse order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from kit.access import Policy
from kit.access.replica import Replica
from kit.actor import Actor, calls
from kit.choices import Choices
from kit.database.engine import Database, connected
from kit.database.migrate import require_current
from kit.events.connection import connect
from kit.events.consumers import Consumer
from kit.events.listeners import EventInfo, Listener
from kit.events.relay import Relay
from kit.events.streams import Keeping, declare, streams_of
from kit.importing.imports import Imports
from kit.records.beside import Beside
from kit.records.process import BeforeCommit, Process
from kit.records.standard import Records
from kit.records.work import Work
from kit.rpc import server as rpc
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.settings import ServiceSettings
from kit.telemetry import logs, runtime, traces
from kit.telemetry.ops import OpsServer

VERSION = "0.1.0"
GRACE_SECONDS = 5.0
_CHECK_SECONDS = 2.0

Job = Callable[[Process], Awaitable[None]]
LearnChoices = Callable[[Process], Awaitable[None]]


@dataclass(frozen=True)
class Every:
    """A job on a clock; it runs as a system actor of its own name."""

    seconds: float
    job: Job

    @property
    def name(self) -> str:
        return str(getattr(self.job, "__name__", "job"))


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


@dataclass
class Running:
    """A service while it runs."""

    process: Process
    replica: Replica
    nats: Any
    consumers: list[Consumer]
    relay: Relay
    faults: list[str] = field(default_factory=lambda: ["starting"])


def run(service: Service) -> None:
    """Runs a service until it is told to stop."""
    settings = service.settings
    logs.configure(service.name, settings.log_level, VERSION)
    traces.configure(service.name, settings.trace_ratio, settings.otlp_endpoint, VERSION)
    runtime.describe(VERSION, settings.commit)
    uvloop.run(_serve(service))
    traces.shut_down()


async def _serve(service: Service) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with up(service):
        await stop.wait()


@asynccontextmanager
async def up(service: Service) -> AsyncIterator[Running]:
    """A service, ready to be called; gone when the block ends."""
    async with AsyncExitStack() as stack:
        for held in service.holds:
            await stack.enter_async_context(held)
        running = await _open(service, stack)
        tasks = await stack.enter_async_context(_background(service, running))
        server, health = _server(service, running)
        await rpc.report(health, ready=False)
        await server.start()
        stack.push_async_callback(server.stop, GRACE_SECONDS)
        ops = OpsServer(service.settings.ops_listen, ready=lambda: running.faults)
        ops.start()
        stack.callback(ops.stop)
        await _ready(service, running)
        tasks.append(asyncio.ensure_future(_watch(running, health)))
        await rpc.report(health, ready=True)
        stack.push_async_callback(rpc.report, health, ready=False)
        logs.log.info("service.ready", listen=service.settings.listen)
        yield running


async def _open(service: Service, stack: AsyncExitStack) -> Running:
    settings = service.settings
    database = await stack.enter_async_context(connected(settings.database_url, settings.pool_size))
    await require_current(database, service.name)
    tokens = ContextTokens.from_files(
        service.name, settings.context_key, Path(settings.context_keys)
    )
    peers = Peers(service.name, settings.addresses(), tokens)
    stack.push_async_callback(peers.close)
    nats = await connect(settings.nats_url, service.name)
    stack.push_async_callback(nats.close)
    relay = Relay(
        service.name,
        settings.database_url,
        nats,
        streams_of(service.name, Keeping(replicas=settings.stream_replicas)),
    )
    policy = Policy()
    process = Process(
        name=service.name,
        settings=settings,
        database=database,
        policy=policy,
        peers=peers,
        tokens=tokens,
        nats=nats,
        poke=relay.poke,
        choices=Choices(),
        before_commit=list(service.before_commit),
    )
    replica = Replica(policy, database.sessions)
    process.replica = replica
    consumers = _consumers(service, process, replica, nats)
    await _declare_sources(nats, consumers, settings.stream_replicas)
    return Running(process, replica, nats, consumers, relay)


async def _declare_sources(nats: Any, consumers: Sequence[Consumer], replicas: int) -> None:
    """The streams that we hear may be of services that have never run yet."""
    sources = {consumer.listener.subject.split(".")[1] for consumer in consumers}
    for source in sources:
        for stream in streams_of(source, Keeping(replicas=replicas)):
            await declare(nats.jetstream(), stream)


def _consumers(service: Service, process: Process, replica: Replica, nats: Any) -> list[Consumer]:
    listeners = [*service.consumers, *(() if service.owns_policy else (replica.listener(),))]

    @asynccontextmanager
    async def open_work(name: str, _: EventInfo) -> AsyncIterator[Work]:
        actor = Actor.system(name)
        calls(actor)
        async with process.work(actor) as work:
            yield work

    return [Consumer(service.name, listener, nats, open_work) for listener in listeners]


def _server(service: Service, running: Running) -> Any:
    process = running.process
    records = [each(process) for each in service.records]
    others = [each(process) for each in service.others]
    servicers = [*records, *others, Beside(process), Imports(process, records)]
    tokens = process.tokens
    return rpc.serve(service.settings.listen, servicers, tokens, running.replica.recent_enough)


@asynccontextmanager
async def _background(service: Service, running: Running) -> AsyncIterator[list[Any]]:
    """Relay, consumers and jobs; they end with the block, and their failure ends the process."""
    loops = [running.relay.run(), runtime.watch_loop(), _follow_policy(running.replica)]
    loops += [consumer.run() for consumer in running.consumers]
    tasks: list[Any] = [asyncio.ensure_future(each) for each in loops]
    tasks += [asyncio.ensure_future(_on_clock(running.process, job)) for job in service.jobs]
    for task in tasks:
        task.add_done_callback(_end_with)
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)


def _end_with(task: Any) -> None:
    """A loop that fails has met a bug; the process ends and is started afresh."""
    if not task.cancelled() and task.exception() is not None:
        logs.log.error("service.loop_failed", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


async def _follow_policy(replica: Replica) -> None:
    """Another replica of this service may have been the one that heard of a change."""
    while True:
        await asyncio.sleep(1)
        await replica.load()


async def _on_clock(process: Process, every: Every) -> None:
    while True:
        await asyncio.sleep(every.seconds)
        calls(Actor.system(f"{process.name}.{every.name}"))
        try:
            await every.job(process)
        except Exception as error:  # noqa: BLE001 - the next round may succeed
            logs.log.error("job.failed", job=every.name, exc_info=error)


async def _ready(service: Service, running: Running) -> None:
    """A service is ready when it knows the policy, and its own start-up work is done."""
    await running.replica.load()
    for step in service.started:
        calls(Actor.system(f"{service.name}.{getattr(step, '__name__', 'start')}"))
        await step(running.process)
    if not service.owns_policy:
        await running.consumers[-1].caught_up.wait()
        await running.replica.load()


async def _watch(running: Running, health: Any) -> None:
    """Readiness: deep, but asked every two seconds and not by every probe."""
    while True:
        running.faults = await _faults(running.process.database, running.nats)
        await rpc.report(health, ready=not running.faults)
        await asyncio.sleep(_CHECK_SECONDS)


async def _faults(database: Database, nats: Any) -> list[str]:
    faults = [] if await database.answers() else ["The database does not answer."]
    return faults + ([] if nats.is_connected else ["NATS is not connected."])
