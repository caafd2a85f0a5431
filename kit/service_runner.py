"""A service while it runs: its parts come up in order, report health, and go down in reverse."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kit.access import Policy
from kit.access.replica import Replica
from kit.actor import Actor, calls
from kit.beside.duplicates.service import Duplicates
from kit.beside.files.service import Files
from kit.beside.follow.service import Followers
from kit.beside.notes.service import Notes
from kit.beside.timeline.service import Timelines
from kit.bulk.bulks import Bulks
from kit.choices import first_values
from kit.choices.declaring import declare_choices
from kit.choices.merging import merge_tags
from kit.database.engine import connected
from kit.database.migrate import require_current
from kit.entity import Tagged
from kit.events.connection import connect
from kit.events.consuming.consumers import Consumer, Consumers
from kit.events.consuming.listeners import EventInfo
from kit.events.publishing.backlog import measure_backlog
from kit.events.publishing.relay import Relay
from kit.events.streams import Keeping, streams_of
from kit.exporting.exports import Exports
from kit.handover.listening import take_over
from kit.handover.service import HandOvers
from kit.health import ASK_SECONDS, Dependency, Health
from kit.housekeeping import JOBS
from kit.importing.imports import Imports
from kit.indexing.custom_fields import Indexes
from kit.mail.posting import post_letters
from kit.mail.server import MailServer
from kit.merging.following import follow_merges
from kit.merging.service import Merges
from kit.process_runner import GRACE_SECONDS, Loop, kept_running, run_until_stopped, watched
from kit.records.methods.records_service import RecordsService
from kit.records.process import Process
from kit.records.write.work import Work
from kit.references.copies.backfill import keep_true
from kit.references.copies.follower import Follower, referred_to
from kit.rpc import server as rpc
from kit.rpc.admission import Admission
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.search.service import Search
from kit.service import Every, Service
from kit.telemetry import logs, metrics, traces

_LOOK_AGAIN_SECONDS = 0.5


@dataclass
class Running:
    """A service while it runs."""

    process: Process
    replica: Replica
    relay: Relay
    consumers: Consumers
    health: Health


def run(service: Service) -> None:
    """Runs a service until it is asked to stop."""
    run_until_stopped(service.name, service.settings, partial(up, service))


@asynccontextmanager
async def up(service: Service) -> AsyncIterator[Running]:
    """A service, ready to be called; gone when the block ends."""
    async with AsyncExitStack() as stack:
        for held in service.holds:
            await stack.enter_async_context(held)
        running = await _open(service, stack)
        await stack.enter_async_context(watched(service.settings, running.health))
        servicers = _servicers(service, running.process)
        states = await _serve(service, running, servicers, stack)
        await stack.enter_async_context(kept_running(_loops(service, running, servicers)))
        await _ready(service, running)
        running.health.waiting_for = []
        await stack.enter_async_context(kept_running(_loops_when_ready(service, running, states)))
        await rpc.report(states, ready=True)
        stack.push_async_callback(rpc.report, states, ready=False)
        logs.log.info("service.ready", listen=service.settings.listen)
        yield running
        running.health.waiting_for = ["The process is stopping."]


@asynccontextmanager
async def beside(service: Service, purpose: str) -> AsyncIterator[Process]:
    """What a service stands on, without its doors and loops: for a command beside the one that runs."""
    calls(Actor.system(f"{service.name}.{purpose}"))
    async with AsyncExitStack() as stack:
        running = await _open(service, stack)
        _servicers(service, running.process)
        await running.replica.load()
        yield running.process


async def _open(service: Service, stack: AsyncExitStack) -> Running:
    """Everything that the handlers stand on."""
    settings, name = service.settings, service.name
    database = await stack.enter_async_context(
        connected(
            settings.database_url,
            settings.pool_size,
            settings.statement_seconds,
            settings.idle_transaction_seconds,
        )
    )
    await require_current(database, name)
    keys = Path(settings.context_keys)
    tokens = ContextTokens.from_files(name, settings.context_key, keys)
    peers = Peers(name, settings.addresses(), tokens)
    stack.push_async_callback(peers.close)
    broker = await connect(settings.nats_url, name)
    stack.push_async_callback(broker.close)
    streams = streams_of(name, Keeping.of(settings))
    relay = Relay(name, settings.database_url, broker, streams)
    process = Process(
        name=name,
        settings=settings,
        database=database,
        policy=Policy(),
        peers=peers,
        tokens=tokens,
        nats=broker,
        poke=relay.poke,
        before_commit=list(service.before_commit),
    )
    process.replica = Replica(process.policy, database)
    lists = service.choices.items()
    process.choices.begin_with({name: first_values(values) for name, values in lists})
    health = Health(
        (
            Dependency("PostgreSQL", database.answers),
            # Calls are answered without it: events wait in the outbox, and the policy is known.
            Dependency("NATS", broker.answers, needed=False),
        ),
        faults=tokens.clocks.faults,
    )
    return Running(process, process.replica, relay, _consumers(service, process), health)


def _consumers(service: Service, process: Process) -> Consumers:
    follow = () if service.owns_policy else (process.replica.listener(),)
    listeners = (*service.consumers, take_over, *follow)

    @asynccontextmanager
    async def open_work(name: str, _: EventInfo) -> AsyncIterator[Work]:
        # A consumer is called `sales_follow_the_policy`, and acts as `system:sales.follow_the_policy`.
        actor = Actor.system(f"{service.name}.{name.removeprefix(f'{service.name}_')}")
        calls(actor)
        async with process.work(actor) as work:
            yield work

    return Consumers(service.name, listeners, process.nats, open_work, process.database)


async def _consume(running: Running) -> None:
    """Consumes events from when NATS is there; a stream is its owner's to make, and is waited for."""
    await running.process.nats.arrived.wait()
    await running.consumers.run()


def _servicers(service: Service, process: Process) -> list[Any]:
    records = [each(process) for each in service.records]
    others = [each(process) for each in service.others]
    of_records = (Notes, Files, Followers, Timelines, Exports, Duplicates, Search, HandOvers)
    beside = [RecordsService(process, records), *(each(process) for each in of_records)]
    bulks = Bulks(process, records)
    by_records = [Imports(process, records, bulks), bulks, Merges(process, records)]
    return [*records, *others, *beside, *by_records]


async def _serve(
    service: Service, running: Running, servicers: list[Any], stack: AsyncExitStack
) -> Any:
    """Opens the doors; health answers at once, and says that we are not ready yet."""
    ready = running.replica.recent_enough
    process, admission = running.process, Admission(service.name, service.admits)
    server, states = rpc.serve(service.settings.listen, servicers, process.tokens, admission, ready)
    await rpc.report(states, ready=False)
    await server.start()
    stack.push_async_callback(server.stop, GRACE_SECONDS)
    return states


def _loops(service: Service, running: Running, servicers: list[Any]) -> Iterator[Loop]:
    """What goes on beside the calls: relay, consumers, jobs, and servicers with work of their own."""
    yield running.relay.run()
    yield measure_backlog(service.name, running.process.database)
    yield _consume(running)
    yield _follow_policy(running.replica)
    yield from _follow_references(running.process)
    if service.writes_letters and service.settings.smtp_host:
        yield post_letters(running.process, MailServer.of(service.settings))
    yield from (_on_clock(running.process, job) for job in (*service.jobs, *JOBS))
    yield from (each.run() for each in servicers if hasattr(each, "run"))


def _loops_when_ready(service: Service, running: Running, states: Any) -> Iterator[Loop]:
    """What begins when calls are welcome; nobody waits for it."""
    yield _report(running.health, states)
    yield declare_choices(running.process)
    yield Indexes(running.process, service.tell_indexes).run()
    yield Duplicates(running.process).find()
    yield follow_merges(running.process)
    if any(issubclass(each, Tagged) for each in running.process.shapes):
        yield merge_tags(running.process)


def _follow_references(process: Process) -> Iterator[Loop]:
    """The copies of what our records refer to; a service that refers to nobody's keeps none."""
    entities = referred_to(process.entities.values())
    for service in sorted({each.partition(".")[0] for each in entities}):
        theirs = [each for each in entities if each.startswith(f"{service}.")]
        yield Follower(process, service, theirs).run()
    if entities:
        yield keep_true(process)


async def _follow_policy(replica: Replica) -> None:
    """Another replica of this service may have been the one that handled a change."""
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


async def _ready(service: Service, running: Running) -> None:
    """A service is ready when it knows the policy, and its own start-up work is done."""
    await running.replica.load()
    for step in service.started:
        calls(Actor.system(f"{service.name}.{getattr(step, '__name__', 'start')}"))
        await step(running.process)
    if not service.owns_policy:
        await _policy_caught_up(
            running.process, running.consumers[f"{service.name}_follow_the_policy"]
        )
        await running.replica.load()


async def _policy_caught_up(process: Process, follower: Consumer) -> None:
    """Waits for what identity has published so far; without NATS, what is known has to do.

    Whoever has seen a later policy brings its epoch along, and no call is answered on an older one.
    """
    while not follower.caught_up.is_set():
        if process.policy.epoch and not process.nats.is_connected:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await follower.caught_up.wait()


async def _report(health: Health, states: Any) -> None:
    """Reports to gRPC's health service what the probes get."""
    while True:
        await rpc.report(states, ready=not health.unready())
        await asyncio.sleep(ASK_SECONDS)
