"""A consumer gives each event its effect exactly once, in order, through failures and restarts."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.client import Client

from cli.components.nats import Nats
from kit.database.engine import Database
from kit.errors import NotFound, Refused
from kit.events.consuming import dead_letters
from kit.events.consuming.consumers import Consumers
from kit.events.consuming.listeners import on, on_change
from kit.events.publishing.relay import Relay
from kit.events.streams import declare, streams_of
from kit.telemetry import metrics
from tests.kit.events.conftest import Running
from tests.kit.events.toys import (
    PATIENCE,
    Shelf,
    Toil,
    ToySold,
    announce,
    effects,
    headers_of,
    in_effect,
    opening,
    publish,
)

NewRelay = Callable[[], Relay]


async def test_an_event_goes_from_commit_to_effect(
    database: Database, consuming: Callable[[Shelf], Consumers], a_relay: NewRelay, running: Running
) -> None:
    shelf, relay = Shelf(), a_relay()
    async with running(relay.run()), running(consuming(shelf).run()):
        await announce(database, *(ToySold(id="bear", note=str(n)) for n in range(50)))
        relay.poke()
        assert await shelf.handles(50) == [str(n) for n in range(50)]


async def test_an_event_delivered_twice_has_its_effect_once(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    shelf, twice = Shelf(), headers_of(str(uuid4()))
    await publish(connection, "bear", twice)
    await publish(connection, "bear", twice)
    await publish(connection, "last")
    consumers = consuming(shelf)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
    assert await effects(database) == ["bear", "last"]


async def test_a_failure_leaves_no_effect_and_is_tried_again_before_later_events(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    shelf = Shelf(failures=1)
    await publish(connection, "first")
    await publish(connection, "second")
    consumers = consuming(shelf)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        assert await shelf.handles(3) == ["first", "first", "second"]
        await consumers.caught_up()
    assert await effects(database) == ["first", "second"]


async def test_what_always_fails_is_parked_and_the_rest_goes_on(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    shelf = Shelf(failures=3)
    await publish(connection, "poison")
    await publish(connection, "good")
    consumers = consuming(shelf)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        assert await shelf.handles(4) == ["poison", "poison", "poison", "good"]
        await consumers.caught_up()
        async with database.transaction() as transaction:
            (letter,) = await dead_letters.waiting(transaction, "shop_fill_the_shelf")
        assert letter.tries == 3
        assert letter.error == "ValueError: no room for poison"
        await consumers.replay(letter.id)
        assert await effects(database) == ["good", "poison"]
        with pytest.raises(Refused, match="already"):
            await consumers.replay(letter.id)


async def test_a_replay_that_fails_leaves_the_letter_waiting(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    shelf = Shelf(failures=4)
    await publish(connection, "poison")
    consumers = consuming(shelf)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
        async with database.transaction() as transaction:
            (letter,) = await dead_letters.waiting(transaction)
        with pytest.raises(ValueError, match="no room"):
            await consumers.replay(letter.id)
    async with database.transaction() as transaction:
        assert [each.id for each in await dead_letters.waiting(transaction)] == [letter.id]
        await dead_letters.discard(transaction, letter.id)
        assert await dead_letters.waiting(transaction) == []
        with pytest.raises(NotFound):
            await dead_letters.discard(transaction, letter.id)


async def test_bytes_that_are_no_message_are_parked_at_once(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    await publish(connection, "good")
    garbage, headers = b"\xff\xff\xff", headers_of(str(uuid4()))
    await connection.jetstream().publish("crm.toys.toy.sold", garbage, headers=headers)
    shelf = Shelf()
    consumers = consuming(shelf)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
    async with database.transaction() as transaction:
        (letter,) = await dead_letters.waiting(transaction)
    assert (letter.tries, letter.body) == (1, garbage)


@pytest.mark.parametrize(
    "headers",
    [{}, {"ce-id": "no id", "ce-time": "2026-01-01T00:00:00+00:00"}, {"ce-id": str(uuid4())}],
    ids=["none", "no id", "no time"],
)
async def test_a_message_with_malformed_headers_is_parked(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
    headers: dict[str, str],
) -> None:
    """G8: it leaves a letter and is counted; what comes behind it is handled."""
    await publish(connection, "stray", headers=headers)
    await publish(connection, "good")
    shelf = Shelf()
    consumers = consuming(shelf)
    [name] = consumers._all
    parked = metrics.DEAD_LETTERS_TOTAL.labels(name)
    before = parked._value.get()
    async with running(consumers.run()):
        assert await shelf.handles(1) == ["good"]
    async with database.transaction() as transaction:
        (letter,) = await dead_letters.waiting(transaction)
    assert letter.headers.items() >= headers.items()
    assert ToySold.FromString(letter.body).note == "stray"
    assert parked._value.get() == before + 1
    with pytest.raises(Refused, match="headers"):
        await consumers.replay(letter.id)


async def test_a_field_of_a_later_contract_is_tolerated(
    connection: Client, consuming: Callable[[Shelf], Consumers], running: Running
) -> None:
    await declare(connection.jetstream(), streams_of("toys")[0])
    later = ToySold(id="bear", note="known").SerializeToString() + b"\xfa\x06\x03new"
    headers = headers_of(str(uuid4()))
    await connection.jetstream().publish("crm.toys.toy.sold", later, headers=headers)
    shelf = Shelf()
    async with running(consuming(shelf).run()):
        assert await shelf.handles(1) == ["known"]


async def test_a_killed_server_that_comes_back_is_consumed_again(
    database: Database,
    nats_server: Nats,
    consuming: Callable[[Shelf], Consumers],
    a_relay: NewRelay,
    running: Running,
) -> None:
    shelf, relay = Shelf(), a_relay()
    async with running(relay.run()), running(consuming(shelf).run()):
        await announce(database, ToySold(id="bear", note="before"))
        assert await shelf.handles(1) == ["before"]
        process = nats_server.process
        assert process is not None
        process.kill()
        process.wait()
        await announce(database, ToySold(id="bear", note="during"))
        nats_server.start()
        await announce(database, ToySold(id="bear", note="after"))
        assert await shelf.handles(2) == ["during", "after"]
        # The handler is through before its transaction is.
        await in_effect(database, "before", "during", "after")


async def test_an_event_whose_consumer_is_stopped_goes_to_the_next_one_at_once(
    database: Database,
    connection: Client,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
) -> None:
    begun = asyncio.Event()

    @on(ToySold)
    async def fill_the_shelf(event: Any, work: Toil) -> None:
        begun.set()
        await asyncio.Event().wait()

    await publish(connection, "bear")
    slow = Consumers("shop", [fill_the_shelf], connection, opening(database), database)
    shelf = Shelf()
    async with asyncio.timeout(PATIENCE):
        async with running(slow.run()):
            await begun.wait()
        async with running(consuming(shelf).run()):
            assert await shelf.handles(1) == ["bear"]


async def test_a_consumer_may_come_before_its_stream(
    database: Database, consuming: Callable[[Shelf], Consumers], a_relay: NewRelay, running: Running
) -> None:
    shelf = Shelf()
    async with running(consuming(shelf).run()):
        await announce(database, ToySold(id="bear", note="early"))
        async with running(a_relay().run()):
            assert await shelf.handles(1) == ["early"]


def test_a_label_names_the_subject_and_two_of_a_name_are_refused(
    connection: Client, database: Database
) -> None:
    @on_change("parties.PriceList", "deleted")
    async def forget(event: Any, work: Toil) -> None: ...

    assert (forget.subject, forget.name) == ("crm.parties.price_list.deleted", "forget")
    with pytest.raises(ValueError, match="forget"):
        Consumers("shop", [forget, forget], connection, opening(database), database)
