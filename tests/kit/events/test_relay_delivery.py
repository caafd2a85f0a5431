"""The relay publishes every committed event at least once, in order for each record, come what may."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.js.api import StreamConfig
from sqlalchemy import text

from cli.components.nats import Nats
from kit.database.engine import Database
from kit.events.publishing.relay import Relay
from kit.events.streams import declare, streams_of
from kit.telemetry import traces
from kit.telemetry.traces import current_ids
from tests.kit.events.conftest import Running
from tests.kit.events.holding import all_sent, in_stream, notes, unsent
from tests.kit.events.toys import PATIENCE, ToyLost, ToySold, announce

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]
NewRelay = Callable[[], Relay]

_END_RELAYS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE application_name = 'rapport.relay.toys'"
)


async def test_what_is_committed_is_told_with_its_attributes(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    relay = a_relay()
    async with running(relay.run()):
        await announce(database, ToySold(id="bear", note="brown"))
        relay.poke()
        await until(all_sent(database))
    published = (await in_stream(connection))[0]
    assert published.subject == "crm.toys.toy.sold"
    assert published.headers["Nats-Msg-Id"] == published.headers["ce-id"]
    assert published.headers["Nats-Expected-Stream"] == "CRM_TOYS"
    assert ToySold.FromString(published.data) == ToySold(id="bear", note="brown")


async def test_a_relay_killed_between_telling_and_marking_repeats_itself_harmlessly(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    await announce(database, ToySold(id="bear"))

    async def published() -> bool:
        return (await connection.jetstream().stream_info("CRM_TOYS")).state.messages == 1

    await declare(connection.jetstream(), streams_of("toys")[0])
    async with database.transaction() as transaction:
        # The relay publishes and then hangs on this lock, where it is killed.
        await transaction.rows(text("SELECT 1 FROM outbox FOR UPDATE"))
        async with running(a_relay().run()):
            await until(published)
        # Its session must be gone as well, or it would mark the row once it gets the lock.
        await transaction.rows(_END_RELAYS)
    assert await unsent(database) == 1
    async with running(a_relay().run()):
        await until(all_sent(database))
    assert len(await in_stream(connection)) == 1


async def test_events_of_one_record_never_overtake_one_another(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    toys = [ToySold(id=f"toy {n % 7}", note=str(n)) for n in range(600)]
    await announce(database, *toys)
    async with running(a_relay().run()):
        await until(all_sent(database))
    published = [ToySold.FromString(each.data) for each in await in_stream(connection)]
    for toy in range(7):
        mine = [int(each.note) for each in published if each.id == f"toy {toy}"]
        assert mine == list(range(toy, 600, 7))


async def test_an_event_that_cannot_be_told_holds_back_those_of_its_record_only(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    held, free = ToySold(id="bear", note="second"), ToySold(id="doll", note="free")
    # No stream keeps the first event, until somebody declares one.
    await announce(database, ToyLost(id="bear", note="first"), held, free)

    async def only_the_free_one() -> bool:
        return await unsent(database) == 2

    async with running(a_relay().run()):
        await until(only_the_free_one)
        assert await notes(connection) == ["free"]
        orphans = StreamConfig(name="CRM_ORPHANS", subjects=["crm.orphans.*.*"])
        await connection.jetstream().add_stream(orphans)
        await until(all_sent(database))
    assert await notes(connection) == ["free", "second"]


async def test_what_a_stream_refuses_is_told_once_it_takes_it(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    jetstream, asked = connection.jetstream(), streams_of("toys")[0]
    await jetstream.add_stream(asked.evolve(max_msgs=1))
    await announce(database, *(ToySold(id="bear", note=str(n)) for n in range(3)))

    async def only_the_first() -> bool:
        return await unsent(database) == 2

    async with running(a_relay().run()):
        await until(only_the_first)
        await jetstream.update_stream(asked.evolve(max_msgs=-1))
        await until(all_sent(database))
    assert await notes(connection) == ["0", "1", "2"]


async def test_a_trace_that_nobody_records_goes_on_as_it_was(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    with traces.span("a request", traces.SpanKind.SERVER):
        trace_id, span_id = current_ids()
        await announce(database, ToySold(id="bear"))
    async with running(a_relay().run()):
        await until(all_sent(database))
    (published,) = await in_stream(connection)
    assert published.headers["traceparent"] == f"00-{trace_id}-{span_id}-00"


async def test_another_replica_takes_over_when_the_active_relay_loses_its_session(
    database: Database, a_relay: NewRelay, running: Running, until: Until
) -> None:
    first, second = a_relay(), a_relay()
    async with running(first.run()) as task, asyncio.timeout(PATIENCE):
        await first.active.wait()
        async with running(second.run()):
            assert not second.active.is_set()
            task.cancel()
            await second.active.wait()
            await announce(database, ToySold(id="bear"))
            await until(all_sent(database))


async def test_a_relay_whose_session_is_ended_comes_back(
    database: Database, a_relay: NewRelay, running: Running, until: Until
) -> None:
    relay = a_relay()
    async with running(relay.run()), asyncio.timeout(PATIENCE):
        await relay.active.wait()
        async with database.transaction() as transaction:
            await transaction.rows(_END_RELAYS)
        await announce(database, ToySold(id="bear"))
        await until(all_sent(database))


async def test_a_commit_of_another_replica_pokes_the_active_relay(
    database: Database, connection: Client, a_relay: NewRelay, running: Running
) -> None:
    poked = await connection.subscribe("rapport.poke.toys")
    active, standby = a_relay(), a_relay()
    async with running(active.run()), asyncio.timeout(PATIENCE):
        await active.active.wait()
        async with running(standby.run()):
            standby.poke()
            assert (await poked.next_msg(PATIENCE)).subject == "rapport.poke.toys"


async def test_a_stream_that_was_wiped_hears_everything_again(
    database: Database, connection: Client, a_relay: NewRelay, running: Running, until: Until
) -> None:
    await announce(database, *(ToySold(id="bear", note=str(n)) for n in range(5)))
    async with running(a_relay().run()):
        await until(all_sent(database))
        await connection.jetstream().delete_stream("CRM_TOYS")
        await announce(database, ToySold(id="bear", note="5"))
        await until(all_sent(database))
    assert await notes(connection) == ["0", "1", "2", "3", "4", "5"]


async def test_a_stream_restored_from_an_old_copy_hears_what_it_lost(
    database: Database,
    connection: Client,
    nats_server: Nats,
    a_relay: NewRelay,
    running: Running,
    until: Until,
) -> None:
    store, copy = nats_server.folder / "store", nats_server.folder / "copy"
    async with running(a_relay().run()):
        await announce(database, ToySold(id="bear", note="0"))
        await until(all_sent(database))
    nats_server.stop()
    shutil.copytree(store, copy)
    nats_server.start()
    async with running(a_relay().run()):
        await announce(database, ToySold(id="bear", note="1"), ToySold(id="bear", note="2"))
        await until(all_sent(database))
    nats_server.stop()
    shutil.rmtree(store)
    copy.rename(store)
    nats_server.start()
    async with running(a_relay().run()):
        await until(all_sent(database))

        async def healed() -> bool:
            return sorted(await notes(connection)) == ["0", "1", "2"]

        await until(healed)


async def test_an_event_whose_place_was_given_to_a_later_one_is_told_again(
    database: Database, a_relay: NewRelay, running: Running, until: Until
) -> None:
    async with running(a_relay().run()):
        for note in ("lost", "later"):
            await announce(database, ToySold(id="bear", note=note))
            await until(all_sent(database))
    async with database.transaction() as transaction:
        # As if the stream had gone back before the later event came.
        await transaction.rows(text("UPDATE outbox SET stream_seq = 1"))

    async def told_again() -> bool:
        async with database.transaction() as transaction:
            lost, later = await transaction.values(text("SELECT sent_at FROM outbox ORDER BY seq"))
        return lost is not None and lost > later

    async with running(a_relay().run()):
        await until(told_again)


async def test_streams_are_brought_to_what_is_asked(connection: Client) -> None:
    asked = streams_of("identity")
    jetstream = connection.jetstream()
    await declare(jetstream, asked[0].evolve(max_bytes=1_000_000))
    found = [await declare(jetstream, each) for each in asked]
    assert [each.config.name for each in found] == ["CRM_IDENTITY", "CRM_POLICY"]
    assert found[0].config.max_bytes == asked[0].max_bytes


async def test_policy_keeps_the_last_word_on_each_subject(connection: Client) -> None:
    jetstream = connection.jetstream()
    for stream in streams_of("identity"):
        await declare(jetstream, stream)
    for word in (b"first", b"second", b"third"):
        await jetstream.publish("crm.identity.policy.profile.7", word, stream="CRM_POLICY")
    await jetstream.publish("crm.identity.person.created", b"somebody", stream="CRM_IDENTITY")
    state = (await jetstream.stream_info("CRM_POLICY")).state
    last = await jetstream.get_msg("CRM_POLICY", state.last_seq)
    assert (state.messages, last.data) == (1, b"third")
