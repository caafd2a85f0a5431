"""A release rolls out, and back: the program before runs on the schema after it, if that says so."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.components.databases import Database, ensure_databases
from cli.components.ports import free_port
from kit.database.engine import connected
from kit.database.migrate import head, known, require_current, serves_from, upgrade
from kit.service_runner import up
from kit.settings import Misconfigured
from services.helpdesk.config import Settings
from services.helpdesk.main import helpdesk
from tests.house import House


@pytest.fixture
async def url(house: House) -> AsyncIterator[str]:
    """A database of helpdesk with the schema of this program."""
    database = Database("rapport_rollout", "test")
    await ensure_databases(house.postgres.url, [database])
    address = database.url(house.postgres.url)
    await _migrated(address)
    former = head("helpdesk")
    yield address
    await _become(address, former, serves_from("helpdesk"))


async def _migrated(url: str) -> None:
    await asyncio.to_thread(upgrade, "helpdesk", url)


async def _become(url: str, revision: str, oldest: str) -> None:
    """What a migration of another release would leave behind."""
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    await connection.execute(f"COMMENT ON TABLE alembic_version IS 'serves_from={oldest}'")
    await connection.close()


async def _check(url: str) -> None:
    async with connected(url) as database:
        await require_current(database, "helpdesk")


async def test_a_schema_names_the_oldest_program_that_it_serves(url: str) -> None:
    """G3: written by the migration, in the transaction of the migration."""
    connection = await asyncpg.connect(url)
    said = await connection.fetchval("SELECT obj_description('alembic_version'::regclass)")
    await connection.close()
    assert said == f"serves_from={serves_from('helpdesk')}"
    assert serves_from("helpdesk") in {each.revision for each in known("helpdesk")}


async def test_the_release_before_starts_on_a_schema_that_serves_it(house: House, url: str) -> None:
    """G3: we are the release before; its migration job has nothing to do, its process serves."""
    await _become(url, "9999", head("helpdesk"))
    await _migrated(url)
    ports = {name: f"127.0.0.1:{free_port()}" for name in ("RAPPORT_LISTEN", "RAPPORT_OPS_LISTEN")}
    given = house.environment("helpdesk") | {"DATABASE_URL": url, **ports}
    # With nobody who tells it of a policy, it is as far as it gets when its doors are open.
    service = helpdesk(Settings.load({k: v for k, v in given.items() if k != "REDIS_URL"}))
    service.owns_policy = True
    async with up(service) as running:
        assert running.health.waiting_for == []


async def test_a_program_too_old_for_a_schema_is_refused(url: str) -> None:
    """G3: by its process and by its migration job."""
    await _become(url, "9999", "9998")
    with pytest.raises(Misconfigured, match="newer than this program"):
        await _check(url)
    with pytest.raises(SystemExit, match="newer than this program"):
        await _migrated(url)
