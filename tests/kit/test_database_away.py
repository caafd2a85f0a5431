"""A database that goes, comes or has no room: callers are asked to come back, on every path."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from crm.v1 import standard_pb2
from sqlalchemy.exc import DBAPIError

from kit.database.faults import outage
from kit.errors import Problem, Unavailable
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.house import House
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy
from tests.waiting import until

ROLE = "rapport_toys"
BACKENDS = "FROM pg_stat_activity WHERE usename = 'rapport_toys'"
WAITING = (
    f"SELECT count(*) {BACKENDS} AND wait_event_type = 'Lock' AND application_name LIKE 'rapport%'"
)


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> AsyncIterator[Any]:
    """The toys, which are whole again when a test ends."""
    shop: Any = toys.stub(services.ToysStub, await organisation.person("Ana"))
    yield shop

    async def back() -> bool:
        paths = [*_paths(shop), lambda: toys.count(Toy)]
        return not any([isinstance(await _answer(path), Exception) for path in paths])

    await until(back, "calls are answered again")


@asynccontextmanager
async def _superuser(house: House, database: str = "postgres") -> AsyncIterator[Any]:
    url = house.postgres.url.rpartition("/")[0]
    connection = await asyncpg.connect(f"{url}/{database}")
    try:
        yield connection
    finally:
        await connection.close()


def _paths(shop: Any) -> list[Callable[[], Awaitable[Any]]]:
    """Reading, and writing."""
    return [
        lambda: shop.List(standard_pb2.ListRequest(order_by="name")),
        lambda: shop.Create(pb.Toy(name="Bear")),
    ]


async def test_sessions_that_postgresql_ends_are_an_outage(house: House, shop: Any) -> None:
    """G6: 57P01 in the middle of a statement."""
    async with _superuser(house, ROLE) as other:
        holding = other.transaction()
        await holding.start()
        await other.execute("LOCK TABLE toy IN ACCESS EXCLUSIVE MODE")
        calls = [asyncio.ensure_future(path()) for path in _paths(shop)]

        async def all_wait() -> bool:
            return int(await other.fetchval(WAITING)) == len(calls)

        await until(all_wait, "the calls wait for the table")
        await other.execute(f"SELECT pg_terminate_backend(pid) {BACKENDS}")
        await asyncio.wait(calls, timeout=10)
        answers = [call.exception() for call in calls]
        await holding.rollback()
    _check_unavailable(answers)


async def test_a_database_that_takes_nobody_in_is_an_outage(
    house: House, toys: Serving, shop: Any
) -> None:
    """G6: 53300 at the door."""
    async with _superuser(house) as other:
        await other.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0")
        await other.execute(f"SELECT pg_terminate_backend(pid) {BACKENDS}")

        async def nobody_in() -> bool:
            return int(await other.fetchval(f"SELECT count(*) {BACKENDS}")) == 0

        await until(nobody_in, "every session has ended")
        try:
            answers = [await _answer(path) for path in _paths(shop) for _ in range(10)]
        finally:
            await other.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")
    _check_unavailable(answers)


@pytest.mark.parametrize(
    "kind",
    [
        asyncpg.CannotConnectNowError,
        asyncpg.CrashShutdownError,
        asyncpg.DiskFullError,
        asyncpg.OutOfMemoryError,
        asyncpg.QueryCanceledError,
        asyncpg.ConnectionDoesNotExistError,
    ],
)
def test_what_postgresql_says_of_itself_is_no_bug(kind: Any) -> None:
    """G6: 57P02, 57P03, 53xxx, 57014."""
    found = outage(kind("whatever it says"))
    assert isinstance(found, Unavailable)
    assert found.retry_after


def test_a_bug_stays_one() -> None:
    assert outage(asyncpg.UndefinedColumnError("no such column")) is None
    assert outage(ZeroDivisionError()) is None


async def _answer(path: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await path()
    except (Problem, DBAPIError) as error:
        return error


def _check_unavailable(answers: list[Any]) -> None:
    assert [type(each) for each in answers] == [Unavailable] * len(answers), answers
    assert all(each.retry_after for each in answers)
