"""A large batch is published as one, and yet each of its events as if it went for itself."""

from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from kit.database.engine import Database
from kit.events.publishing.relay import Relay
from kit.events.streams import streams_of
from kit.telemetry import traces
from kit.telemetry.traces import current_ids
from tests.kit.events.conftest import Running
from tests.kit.events.holding import all_sent, in_stream, notes, places, standing, unsent
from tests.kit.events.toys import ToySold, announce

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]
NewRelay = Callable[[], Relay]


async def test_a_large_batch_stands_where_the_outbox_says(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    await announce(database, *(ToySold(id=f"toy {n}", note=str(n)) for n in range(100)))
    async with running(a_relay().run()):
        await until(all_sent(database))
    assert await notes(connection) == [str(n) for n in range(100)]
    assert await places(database) == await standing(connection)


async def test_a_large_batch_of_which_some_was_told_before_is_told_once(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    await announce(database, *(ToySold(id=f"toy {n}", note=str(n)) for n in range(40)))
    async with running(a_relay().run()):
        await until(all_sent(database))
        async with database.transaction() as transaction:
            # As if the relay had been killed before it marked them.
            await transaction.rows(text("UPDATE outbox SET sent_at = NULL, stream_seq = NULL"))
        await announce(database, *(ToySold(id=f"toy {n}", note=str(n)) for n in range(40, 80)))
        await until(all_sent(database))
    assert sorted(map(int, await notes(connection))) == list(range(80))
    assert await places(database) == await standing(connection)


async def test_a_large_batch_is_not_held_up_by_one_that_cannot_be_told(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    jetstream, asked = connection.jetstream(), streams_of("toys")[0]
    await jetstream.add_stream(asked.evolve(max_msg_size=2_000))
    large = ToySold(id="bear", note="x" * 3_000)
    small = (ToySold(id=f"toy {n}", note=str(n)) for n in range(50))
    await announce(database, large, ToySold(id="bear", note="behind"), *small)

    async def only_those_of_the_bear() -> bool:
        return await unsent(database) == 2

    async with running(a_relay().run()):
        await until(only_those_of_the_bear)
        await jetstream.update_stream(asked.evolve(max_msg_size=-1))
        await until(all_sent(database))
    assert (await notes(connection))[-2:] == [large.note, "behind"]


async def test_each_event_of_a_large_batch_goes_on_in_a_span_of_its_own(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    kept = InMemorySpanExporter()
    traces.configure("toys", ratio=1.0, processor=SimpleSpanProcessor(kept))
    try:
        with traces.span("a request", traces.SpanKind.SERVER):
            trace_id, request = current_ids()
            await announce(database, *(ToySold(id=f"toy {n}") for n in range(40)))
        async with running(a_relay().run()):
            await until(all_sent(database))
    finally:
        traces.shut_down()
    sent = [each for each in kept.get_finished_spans() if each.name == "send crm.toys.toy.sold"]
    assert {f"{each.parent.span_id:016x}" for each in sent if each.parent} == {request}
    assert {each.headers["traceparent"] for each in await in_stream(connection)} == {
        f"00-{trace_id}-{each.context.span_id:016x}-03" for each in sent
    }
    assert len(sent) == 40
