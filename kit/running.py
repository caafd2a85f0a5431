"""A service while it runs: its parts come up in order, report health, and go down in reverse."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.access import Policy
from kit.access.replica import Replica
from kit.actor import Actor, calls
from kit.database.engine import Database, connected
from kit.database.migrate import require_current
from kit.events.connection import connect
from kit.events.consumers import Consumers
from kit.events.listeners import EventInfo, Listener
from kit.events.relay import Relay
from kit.events.streams import Keeping, declare, streams_of
from kit.importing.imports import Imports
from kit.records.beside import Beside
from kit.records.process import Process
from kit.records.work import Work
from kit.rpc import server as rpc
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.telemetry import logs, metrics, runtime, traces
from kit.telemetry.ops import OpsServer

if TYPE_CHECKING:
    from kit.service import Service

GRACE_SECONDS = 5.0
_CHECK_SECONDS = 2.0

Job = Callable[[Process], Awaitable[None]]
Loop = Coroutine[Any, Any, Any]


@dataclass(frozen=True)
class Every:
    """A job on a clock; it runs as a system actor of its own name."""

    seconds: float
    job: Job

    @property
    def name(self) -> str:
        return str(getattr(self.job, "__name__", "job"))


@dataclass
class Running:
    """A service while it runs."""

    process: Process
    replica: Replica
    relay: Relay
    consumers: Consumers
    faults: list[str] = field(default_factory=lambda: ["The service is starting."])


@asynccontextmanager
async def up(service: "Service") -> AsyncIterator[Running]:
    """A service, ready to be called; gone when the block ends."""
    async with AsyncExitStack() as stack:
        for held in service.holds:
            await stack.enter_async_context(held)
        running = await _open(service, stack)
        servicers = _servicers(service, running.process)
        health = await _serve(service, running, servicers, stack)
        await stack.enter_async_context(_kept_running(_loops(service, running, servicers)))
        await _ready(service, running)
        await stack.enter_async_context(_kept_running([_watch(running, health)]))
        await rpc.report(health, ready=True)
        stack.push_async_callback(rpc.report, health, ready=False)
        logs.log.info("service.ready", listen=service.settings.listen)
        yield running


async def _open(service: "Service", stack: AsyncExitStack) -> Running:
    """Everything that the handlers stand on."""
    settings, name = service.settings, service.name
    database = await stack.enter_async_context(connected(settings.database_url, settings.pool_size))
    await require_current(database, name)
    keys = Path(settings.context_keys)
    tokens = ContextTokens.from_files(name, settings.context_key, keys)
    peers = Peers(name, settings.addresses(), tokens)
    stack.push_async_callback(peers.close)
    nats = await connect(settings.nats_url, name)
    stack.push_async_callback(nats.close)
    streams = streams_of(name, Keeping(replicas=settings.stream_replicas))
    relay = Relay(name, settings.database_url, nats, streams)
    process = Process(
        name=name,
        settings=settings,
        database=database,
        policy=Policy(),
        peers=peers,
        tokens=tokens,
        nats=nats,
        poke=relay.poke,
        before_commit=list(service.before_commit),
    )
    process.replica = Replica(process.policy, database.sessions)
    consumers = await _consumers(service, process)
    return Running(process, process.replica, relay, consumers)


async def _consumers(service: "Service", process: Process) -> Consumers:
    follow = () if service.owns_policy else (process.replica.listener(),)
    listeners = (*service.consumers, *follow)
    await _declare_sources(process, listeners)

    @asynccontextmanager
    async def open_work(name: str, _: EventInfo) -> AsyncIterator[Work]:
        actor = Actor.system(name)
        calls(actor)
        async with process.work(actor) as work:
            yield work

    sessions = process.database.sessions
    return Consumers(service.name, listeners, process.nats, open_work, sessions)


async def _declare_sources(process: Process, listeners: tuple[Listener[Any], ...]) -> None:
    """The streams that we hear may be of services that have never run yet."""
    keeping = Keeping(replicas=process.settings.stream_replicas)
    for source in {listener.subject.split(".")[1] for listener in listeners}:
        for stream in streams_of(source, keeping):
            await declare(process.nats.jetstream(), stream)


def _servicers(service: "Service", process: Process) -> list[Any]:
    records = [each(process) for each in service.records]
    others = [each(process) for each in service.others]
    return [*records, *others, Beside(process), Imports(process, records)]


async def _serve(
    service: "Service", running: Running, servicers: list[Any], stack: AsyncExitStack
) -> Any:
    """Opens the doors; health answers at once, and says that we are not ready yet."""
    process, settings = running.process, service.settings
    ready = running.replica.recent_enough
    server, health = rpc.serve(settings.listen, servicers, process.tokens, ready)
    await rpc.report(health, ready=False)
    await server.start()
    stack.push_async_callback(server.stop, GRACE_SECONDS)
    ops = OpsServer(settings.ops_listen, ready=lambda: running.faults)
    ops.start()
    stack.callback(ops.stop)
    return health


def _loops(service: "Service", running: Running, servicers: list[Any]) -> Iterator[Loop]:
    """What goes on beside the calls: relay, consumers, jobs, and servicers with work of their own."""
    yield running.relay.run()
    yield running.consumers.run()
    yield runtime.watch_loop()
    yield _follow_policy(running.replica)
    yield from (_on_clock(running.process, job) for job in service.jobs)
    yield from (each.run() for each in servicers if hasattr(each, "run"))


@asynccontextmanager
async def _kept_running(loops: "Iterator[Loop] | list[Loop]") -> AsyncIterator[None]:
    """Loops that end with the block; one that fails has met a bug and ends the process."""
    tasks = [asyncio.ensure_future(each) for each in loops]
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
        logs.log.error("service.loop_failed", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


async def _follow_policy(replica: Replica) -> None:
    """Another replica of this service may have been the one that heard of a change."""
    while True:
        await asyncio.sleep(1)
        try:
            await replica.load()
        except Exception as error:  # noqa: BLE001 - the database may be away for a while
            logs.log.warning("policy.not_loaded", error=repr(error))


async def _on_clock(process: Process, every: Every) -> None:
    while True:
        await asyncio.sleep(every.seconds)
        calls(Actor.system(f"{process.name}.{every.name}"))
        begun, outcome = time.perf_counter(), "ok"
        try:
            with traces.span(f"job {every.name}"):
                await every.job(process)
            metrics.JOB_LAST_SUCCESS.labels(every.name).set_to_current_time()
        except Exception as error:  # noqa: BLE001 - the next round may succeed
            outcome = "failed"
            logs.log.error("job.failed", job=every.name, exc_info=error)
        metrics.JOB_RUNS.labels(every.name, outcome).inc()
        metrics.JOB_DURATION.labels(every.name).observe(time.perf_counter() - begun)


async def _ready(service: "Service", running: Running) -> None:
    """A service is ready when it knows the policy, and its own start-up work is done."""
    await running.replica.load()
    for step in service.started:
        calls(Actor.system(f"{service.name}.{getattr(step, '__name__', 'start')}"))
        await step(running.process)
    if not service.owns_policy:
        await running.consumers[f"{service.name}_follow_the_policy"].caught_up.wait()
        await running.replica.load()


async def _watch(running: Running, health: Any) -> None:
    """Readiness: deep, but asked every two seconds and not by every probe."""
    while True:
        running.faults = await _faults(running.process.database, running.process.nats)
        await rpc.report(health, ready=not running.faults)
        await asyncio.sleep(_CHECK_SECONDS)


async def _faults(database: Database, nats: Any) -> list[str]:
    faults = [] if await database.answers() else ["The database does not answer."]
    return faults + ([] if nats.is_connected else ["NATS is not connected."])
