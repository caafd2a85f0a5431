"""Events that do not matter to a handler are found by one look at all that came close together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.client import Client
from prometheus_client import REGISTRY
from sqlalchemy import text

from kit.database.engine import Database
from kit.events.consuming import dead_letters
from kit.events.consuming.consumers import Consumers
from kit.events.consuming.listeners import EventInfo, Listener, Work, on
from tests.kit.events.conftest import Running
from tests.kit.events.toys import (
    PATIENCE,
    SOON,
    Toil,
    ToySold,
    effect,
    effects,
    headers_of,
    opening,
    publish,
)
from tests.waiting import until

_CONSUMER = "shop_fill_the_shelf"
_LOOK = text("SELECT note FROM effect WHERE note = 'looked'")


class Shop:
    """A handler that is first asked when all that was published before has come to it."""

    def __init__(self, connection: Client, database: Database) -> None:
        self._connection = connection
        self._database = database
        self.fails = False
        self.opened = 0
        self.asked: list[int] = []
        self.consumers = Consumers(
            "shop", [self._listener()], connection, self._open_work, database, SOON
        )

    def _listener(self) -> Listener[Any]:
        async def matters(events: Sequence[Any], work: Toil) -> list[bool]:
            self.asked.append(len(events))
            await work.transaction.rows(_LOOK)
            await until(self._all_have_come, "all that was published has come")
            if self.fails and len(events) > 1:
                raise ValueError("no look at many")
            return [not event.note.startswith("no") for event in events]

        @on(ToySold, in_order=False, matters=matters)
        async def fill_the_shelf(event: Any, work: Toil) -> None:
            await effect(work.transaction, event.note)

        return fill_the_shelf

    def _open_work(self, actor: str, info: EventInfo) -> AbstractAsyncContextManager[Work]:
        self.opened += 1
        return opening(self._database)(actor, info)

    async def gets(self, *notes: str) -> None:
        for note in notes:
            await publish(self._connection, note)

    async def works(self, running: Running) -> None:
        """Run until all that was published is handled or settled."""
        async with running(self.consumers.run()):
            await until(self._all_are_through, "all is acknowledged")

    async def _all_have_come(self) -> bool:
        info = await self._connection.jetstream().consumer_info("CRM_TOYS", _CONSUMER)
        return not info.num_pending

    async def _all_are_through(self) -> bool:
        return self.consumers[_CONSUMER].caught_up.is_set()


@pytest.fixture
def shop(connection: Client, database: Database) -> Shop:
    return Shop(connection, database)


def _looks() -> float:
    name = "db_client_operation_duration_seconds_count"
    labels = {"db_operation_name": "SELECT", "db_collection_name": "effect"}
    return REGISTRY.get_sample_value(name, labels) or 0


def _processed(outcome: str) -> float:
    labels = {"consumer": _CONSUMER, "event": "crm.toys.toy.sold", "outcome": outcome}
    return REGISTRY.get_sample_value("crm_events_processed_total", labels) or 0


async def _noted(database: Database) -> int:
    async with database.transaction() as transaction:
        return int(await transaction.value(text("SELECT count(*) FROM inbox")) or 0)


async def test_fifty_events_that_do_not_matter_cost_a_look_or_two(
    shop: Shop, database: Database, running: Running
) -> None:
    """One look is for what had come when it was asked first, at most one more for all the rest."""
    looks, processed = _looks(), _processed("ok")
    await shop.gets(*(f"no {number}" for number in range(50)))
    await shop.works(running)
    assert sum(shop.asked) == 50
    assert len(shop.asked) <= 2
    assert (shop.opened, _looks() - looks) == (len(shop.asked), len(shop.asked))
    assert _processed("ok") - processed == 50
    assert (await effects(database), await _noted(database)) == ([], 0)


async def test_those_that_matter_among_others_are_handled_in_their_order(
    shop: Shop, database: Database, running: Running
) -> None:
    await shop.gets("no 1", "first", "no 2", "no 3", "second", "third", "no 4")
    await shop.works(running)
    assert await effects(database) == ["first", "second", "third"]
    assert await _noted(database) == 3


async def test_a_look_that_fails_and_what_cannot_be_read_hold_up_nobody(
    shop: Shop, connection: Client, database: Database, running: Running
) -> None:
    """Then each goes by itself, so that a failure is that of its own event."""
    shop.fails = True
    await shop.gets("no 1", "first", "no 2")
    garbage, headers = b"\xff\xff\xff", headers_of(str(uuid4()))
    await connection.jetstream().publish("crm.toys.toy.sold", garbage, headers=headers)
    await shop.gets("second", "third")
    await shop.works(running)
    assert await effects(database) == ["first", "second", "third"]
    async with database.transaction() as transaction:
        (letter,) = await dead_letters.waiting(transaction, _CONSUMER)
    assert (letter.tries, letter.body) == (1, garbage)


async def test_what_a_killed_process_had_of_several_is_neither_lost_nor_doubled(
    connection: Client, database: Database, running: Running
) -> None:
    """It ends between a commit and its acknowledgement, with events behind that still wait."""
    committed = asyncio.Event()

    async def matters(events: Sequence[Any], _: Toil) -> list[bool]:
        return [not event.note.startswith("no") for event in events]

    @on(ToySold, in_order=False, matters=matters)
    async def fill_the_shelf(event: Any, work: Toil) -> None:
        await effect(work.transaction, event.note)

    @asynccontextmanager
    async def dying(actor: str, info: EventInfo) -> AsyncIterator[Work]:
        async with opening(database)(actor, info) as work:
            yield work
        if "second" in await effects(database):
            committed.set()
            await asyncio.Event().wait()

    def consumers(open_work: Callable[..., Any]) -> Consumers:
        return Consumers("shop", [fill_the_shelf], connection, open_work, database, SOON)

    notes = ["first", "no 1", "second", "no 2", "third", "fourth"]
    for note in notes:
        await publish(connection, note)
    async with asyncio.timeout(PATIENCE):
        async with running(consumers(dying).run()):
            await committed.wait()
        heir = consumers(opening(database))
        async with running(heir.run()):
            await heir.caught_up()
    assert sorted(await effects(database)) == sorted(["first", "second", "third", "fourth"])
    assert await _noted(database) == 4


async def test_the_durable_of_a_release_that_took_one_at_a_time_is_brought_to_many(
    shop: Shop, connection: Client
) -> None:
    await shop.gets("no 1")
    consumer, jetstream = shop.consumers[_CONSUMER], connection.jetstream()
    found = await consumer.declare()
    await jetstream.add_consumer("CRM_TOYS", replace(found.config, max_ack_pending=1))
    assert (await consumer.declare()).config.max_ack_pending == 64
