"""Dead letters are looked at, replayed and dropped by people who have no handler."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from nats.aio.client import Client

from cli.components.postgres import Postgres
from kit.database.engine import Database
from kit.events.consuming import dead_letter_commands
from kit.events.consuming.consumers import Consumers
from tests.kit.events.conftest import Running
from tests.kit.events.toys import PATIENCE, SOON, Shelf, effects, opening, publish

Parked = Callable[[int], AbstractAsyncContextManager[None]]


@pytest.fixture
def parked(database: Database, connection: Client, running: Running) -> Parked:
    """A service with one event that failed as often as it was tried."""

    @asynccontextmanager
    async def service(failures: int) -> AsyncIterator[None]:
        await publish(connection, "poison")
        listeners, work = [Shelf(failures).listener()], opening(database)
        consumers = Consumers("shop", listeners, connection, work, database, SOON)
        async with running(consumers.run()), asyncio.timeout(PATIENCE):
            await consumers.caught_up()
            yield

    return service


async def test_a_letter_is_replayed_by_the_service_that_has_the_handler(
    parked: Parked, postgres: Postgres, database: Database
) -> None:
    """G8: whoever asks only writes down that it is asked for."""
    async with parked(3):
        [letter] = await dead_letter_commands.listed(postgres.url)
        assert "no room for poison" in dead_letter_commands.line(letter)
        assert await dead_letter_commands.replayed(postgres.url, letter.id) == "handled"
        assert await effects(database) == ["poison"]
        assert await dead_letter_commands.listed(postgres.url) == []


async def test_a_replay_that_fails_says_why_and_may_be_dropped(
    parked: Parked, postgres: Postgres, database: Database
) -> None:
    """G8."""
    async with parked(4):
        [letter] = await dead_letter_commands.listed(postgres.url)
        said = await dead_letter_commands.replayed(postgres.url, letter.id)
        assert said == "failed again: ValueError: no room for poison"
        [again] = await dead_letter_commands.listed(postgres.url)
        assert again.tries == letter.tries + 1
        assert await dead_letter_commands.dropped(postgres.url, letter.id) == "dropped"
    assert await dead_letter_commands.listed(postgres.url) == []
    assert await effects(database) == []
