"""A real PostgreSQL and a real NATS for events, both empty at the start of each test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cli.components.nats import Nats
from cli.components.postgres import Postgres
from kit.database.engine import Database, connected
from kit.database.tables import metadata
from kit.events import tables
from kit.events.connection import connect
from kit.events.consuming.consumers import Consumers
from kit.events.publishing.relay import Relay
from kit.events.streams import streams_of
from tests import waiting
from tests.kit.events.toys import SOON, Shelf, opening

_STREAMS = ("CRM_TOYS", "CRM_ORPHANS", "CRM_IDENTITY", "CRM_POLICY")

Running = Callable[[Coroutine[Any, Any, Any]], AbstractAsyncContextManager["asyncio.Task[Any]"]]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("events"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    server = Nats(tmp_path_factory.mktemp("events"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def engine(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(postgres.url.replace("postgresql:", "postgresql+asyncpg:", 1))
    async with engine.begin() as connection:
        mine = [tables.outbox, tables.inbox, tables.dead_letter]
        await connection.run_sync(metadata.create_all, tables=mine)
        await connection.execute(text("CREATE TABLE effect (seq bigserial, note text)"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def database(engine: AsyncEngine, postgres: Postgres) -> AsyncIterator[Database]:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE outbox, inbox, dead_letter, effect"))
    async with connected(postgres.url) as database:
        yield database


@pytest.fixture
async def connection(nats_server: Nats) -> AsyncIterator[Client]:
    client = await connect(nats_server.url, "tests")
    for stream in _STREAMS:
        try:
            await client.jetstream().delete_stream(stream)
        except NotFoundError:
            continue
    yield client
    await client.close()


@pytest.fixture
def a_relay(postgres: Postgres, connection: Client) -> Callable[[], Relay]:
    return lambda: Relay("toys", postgres.url, connection, streams_of("toys"))


@pytest.fixture
def running() -> Running:
    """Run something beside the test, and end it before the test ends."""

    @asynccontextmanager
    async def beside(work: Coroutine[Any, Any, Any]) -> AsyncIterator["asyncio.Task[Any]"]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            try:
                yield task
            finally:
                task.cancel()

    return beside


@pytest.fixture
def until() -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]:
    """Wait until something holds that nobody reports; it fails when it never does."""

    async def wait(holds: Callable[[], Awaitable[bool]]) -> None:
        await waiting.until(holds, holds.__name__)

    return wait


@pytest.fixture
def consuming(connection: Client, database: Database) -> Callable[[Shelf], Consumers]:
    def listening(shelf: Shelf) -> Consumers:
        open_work = opening(database)
        return Consumers("shop", [shelf.listener()], connection, open_work, database, SOON)

    return listening
