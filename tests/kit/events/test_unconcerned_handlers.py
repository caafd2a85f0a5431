"""What does not concern a handler costs no transaction and leaves nothing behind."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from nats.aio.client import Client
from sqlalchemy import text

from kit.database.engine import Database
from kit.events.consuming.consumers import Consumers
from kit.events.consuming.listeners import EventInfo, Work, on
from tests.kit.events.conftest import Running
from tests.kit.events.toys import PATIENCE, Toil, ToySold, effect, effects, opening, publish

SOON = (0.01, 0.01)


async def test_what_does_not_concern_a_handler_leaves_nothing_behind(
    database: Database, connection: Client, running: Running
) -> None:
    opened: list[str] = []

    @on(ToySold, concerns=lambda event: event.note != "not ours")
    async def fill_the_shelf(event: Any, work: Toil) -> None:
        await effect(work.transaction, event.note)

    def open_work(actor: str, info: EventInfo) -> AbstractAsyncContextManager[Work]:
        opened.append(info.record)
        return opening(database)(actor, info)

    for note in ("first", "not ours", "not ours", "last"):
        await publish(connection, note)
    consumers = Consumers("shop", [fill_the_shelf], connection, open_work, database)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
    assert await effects(database) == ["first", "last"]
    assert len(opened) == 2
    async with database.transaction() as transaction:
        assert await transaction.value(text("SELECT count(*) FROM inbox")) == 2


async def test_what_does_not_matter_after_a_look_leaves_nothing_behind(
    database: Database, connection: Client, running: Running
) -> None:
    async def on_the_shelf(events: Sequence[Any], work: Toil) -> list[bool]:
        await work.transaction.rows(text("SELECT 1"))
        return [event.note != "not there" for event in events]

    @on(ToySold, matters=on_the_shelf)
    async def fill_the_shelf(event: Any, work: Toil) -> None:
        await effect(work.transaction, event.note)

    for note in ("first", "not there", "last"):
        await publish(connection, note)
    consumers = Consumers("shop", [fill_the_shelf], connection, opening(database), database, SOON)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
    assert await effects(database) == ["first", "last"]
    async with database.transaction() as transaction:
        assert await transaction.value(text("SELECT count(*) FROM inbox")) == 2


async def test_a_question_that_fails_is_tried_again_like_a_handler(
    database: Database, connection: Client, running: Running
) -> None:
    asked: list[str] = []

    def concerns(event: Any) -> bool:
        asked.append(event.note)
        return bool(asked[1])

    @on(ToySold, concerns=concerns)
    async def fill_the_shelf(event: Any, work: Toil) -> None:
        await effect(work.transaction, event.note)

    await publish(connection, "bear")
    consumers = Consumers("shop", [fill_the_shelf], connection, opening(database), database, SOON)
    async with running(consumers.run()), asyncio.timeout(PATIENCE):
        await consumers.caught_up()
    assert asked == ["bear", "bear"]
    assert await effects(database) == ["bear"]
