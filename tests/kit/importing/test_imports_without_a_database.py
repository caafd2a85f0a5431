"""G6: a database that goes during an import costs no line, and no line is taken twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from crm.v1 import standard_pb2

from kit.errors import Unavailable
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.house import House
from tests.kit.importing.office import unique
from tests.kit.importing.toyshop import Toyshop
from tests.kit.toy.contract import services
from tests.waiting import until

MINE = "FROM pg_stat_activity WHERE usename = 'rapport_toys' AND application_name LIKE 'rapport%'"
LINES, MANY = 5, 800


@asynccontextmanager
async def _superuser(house: House) -> AsyncIterator[Any]:
    url = house.postgres.url.rpartition("/")[0]
    connection = await asyncpg.connect(f"{url}/rapport_toys")
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _breaking(house: House, mode: str) -> AsyncIterator[None]:
    """A table is locked, and every session is ended when an import waits for it."""
    async with _superuser(house) as other:
        holding = other.transaction()
        await holding.start()
        await other.execute(f"LOCK TABLE toy IN {mode} MODE")
        yield

        async def waits() -> bool:
            return bool(await other.fetchval(f"SELECT count(*) {MINE} AND wait_event_type='Lock'"))

        await until(waits, "the import waits for the table")
        await other.execute(f"SELECT pg_terminate_backend(pid) {MINE}")
        await holding.rollback()


@pytest.mark.parametrize(
    "mode", ["ACCESS EXCLUSIVE", "EXCLUSIVE"], ids=["while it reads", "while it writes"]
)
@pytest.mark.parametrize("match", ["", "code"])
async def test_sessions_that_postgresql_ends_cost_an_import_nothing(
    house: House, toys: Serving, organisation: TestOrganisation, mode: str, match: str
) -> None:
    """57P01 in the middle of a batch."""
    desk, ana = Toyshop(toys, toys, organisation), await organisation.person("Ana")
    name, columns = unique("Bear"), {"name": "name", "code": "code"}
    file = "\n".join(("name,code", *(f"{name},{name} {number}" for number in range(LINES))))
    async with _breaking(house, mode):
        started = await desk.start(ana, "toys.Toy", file, columns=columns, match=match)
    await _all_came(desk, ana, started, name, LINES)


async def test_names_that_could_not_be_looked_up_reject_no_line(
    house: House, toys: Serving, organisation: TestOrganisation
) -> None:
    """57P01 where the records are sought to which lines refer."""
    desk, ana = Toyshop(toys, toys, organisation), await organisation.person("Ana")
    box, name = unique("Box"), unique("Bear")
    boxes = "\n".join(("name,code", *(f"Box,{box} {number}" for number in range(MANY))))
    columns = {"name": "name", "code": "code"}
    assert (await desk.run(ana, "toys.Toy", boxes, columns=columns)).created == MANY
    file = "\n".join(("name,box", *(f"{name},{box} {number}" for number in range(MANY))))
    columns = {"name": "name", "box": "parent_id:code"}
    # Starting looks the reference up, so that the table is locked in the midst of the import.
    started = await desk.start(ana, "toys.Toy", file, columns=columns)
    async with _breaking(house, "ACCESS EXCLUSIVE"):
        pass
    await _all_came(desk, ana, started, name, MANY)


async def _all_came(desk: Toyshop, ana: Any, started: Any, name: str, lines: int) -> None:
    """Each line once."""
    done = await _ended(desk, ana, started)
    assert await desk.rejected(ana, done) == {}
    assert (done.state, done.created, done.error) == ("done", lines, "")
    asked = standard_pb2.ListRequest(filter=f'name = "{name}"', count=True, page_size=1)
    found = await desk.sales.stub(services.ToysStub, ana).List(asked)
    assert found.page.total == lines


async def _ended(desk: Toyshop, actor: Any, started: Any) -> Any:
    """What became of it, when questions are answered again."""
    found: list[Any] = []

    async def over() -> bool:
        try:
            found.append(await desk.get(actor, started))
        except Unavailable:
            return False
        return bool(found[-1].ended_at)

    await until(over, "the import has ended")
    return found[-1]
