"""The first start: an empty database becomes a company with one administrator, whoever starts it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from cli.components.databases import Database, ensure_databases
from kit.access import Policy
from kit.access.profiles import ACTIONS
from kit.access.replica import Replica
from kit.actor import Actor, calls
from kit.database.engine import connected
from kit.database.migrate import upgrade
from kit.records.process import Process
from kit.settings import Misconfigured
from services.identity.administrators import is_administrator
from services.identity.config import Settings
from services.identity.first_start import first_start
from services.identity.hashing import Passwords
from services.identity.main import identity
from services.identity.oauth.tokens.rfc7517_keys import rotate_keys
from tests.house import House

FIRST = {"RAPPORT_ADMIN_EMAIL": "first@example.com", "RAPPORT_ADMIN_PASSWORD": "three open windows"}


async def an_empty_database(house: House, name: str) -> str:
    database = Database(f"rapport_{name}", "test")
    await ensure_databases(house.postgres.url, [database])
    url = database.url(house.postgres.url)
    await asyncio.to_thread(upgrade, "identity", url)
    return url


@asynccontextmanager
async def a_process(house: House, url: str, **more: str) -> AsyncIterator[Process]:
    """A process as it stands at its start, before it serves or tells anything."""
    environment = house.environment("identity") | FIRST | more | {"DATABASE_URL": url}
    settings = Settings.load(environment)
    async with connected(url) as database:
        process = Process(
            name="identity",
            settings=settings,
            database=database,
            policy=Policy(),
            peers=house.peers("identity"),
            tokens=None,  # type: ignore[arg-type] # nobody calls
            nats=None,
            poke=lambda: None,
            before_commit=list(identity(settings).before_commit),
        )
        process.replica = Replica(process.policy, database)
        for records in identity(settings).records:
            records(process)
        yield process


async def begin(process: Process, passwords: Passwords) -> None:
    calls(Actor.system("identity.begin"))
    await first_start(passwords)(process)


async def counted(process: Process) -> dict[str, int]:
    tables = ("person", "profile", "role", "credential")
    pool = process.database.pool
    return {each: await pool.fetchval(f"SELECT count(*) FROM {each}") for each in tables}  # noqa: S608 - names of our tables


_WITHOUT_EXPORT = """
    UPDATE profile SET permissions =
    (SELECT jsonb_agg(line - 'export') FROM jsonb_array_elements(permissions) AS line)
"""


async def test_four_processes_at_once_make_one_company(house: House) -> None:
    url = await an_empty_database(house, "first")
    async with AsyncExitStack() as stack, Passwords() as passwords:
        processes = [await stack.enter_async_context(a_process(house, url)) for _ in range(4)]
        async with asyncio.TaskGroup() as group:
            for process in processes:
                group.create_task(begin(process, passwords))
        once = {"person": 1, "profile": 3, "role": 1, "credential": 1}
        assert await counted(processes[0]) == once
        await begin(processes[0], passwords)
        assert await counted(processes[0]) == once


async def test_the_first_administrator_may_do_everything_and_others_look_up_people(
    house: House,
) -> None:
    url = await an_empty_database(house, "rights")
    async with a_process(house, url) as process, Passwords() as passwords:
        await begin(process, passwords)
        (person_id,) = process.policy.organisation.people
        permit = process.policy.permit(Actor.person(person_id), "sales.Opportunity")
        rights = permit.rights
        assert set(ACTIONS) == rights
        said = {each.name: each for each in process.policy.organisation.profiles.values()}
        lines = {each.entity: each for each in said["Standard user"].permissions}
        assert (lines["*"].edit, lines["identity.Person"].edit) == (True, False)
        assert (lines["identity.Person"].view, lines["identity.Client"].view) == (True, False)


async def test_whoever_did_everything_before_there_was_export_may_export_and_is_asked_once(
    house: House,
) -> None:
    """Profiles of the release before know nothing of the right; the next start gives it, once."""
    url = await an_empty_database(house, "export")
    async with a_process(house, url) as process, Passwords() as passwords:
        await begin(process, passwords)
        (person_id,) = process.policy.organisation.people
        pool: Any = process.database.pool
        await pool.execute(_WITHOUT_EXPORT)
        await pool.execute("UPDATE policy_item SET body = body #- '{permissions,0,export}'")
        await begin(process, passwords)
        permit = process.policy.permit(Actor.person(person_id), "sales.Opportunity")
        assert permit.rights == set(ACTIONS)
        assert is_administrator(process.policy, person_id)
        said = {each.name: each for each in process.policy.organisation.profiles.values()}
        assert not any(line.export for line in said["Standard user"].permissions)
        taken = """
            UPDATE profile SET permissions =
            replace(permissions::text, '"export": true', '"export": false')::jsonb
        """
        await pool.execute(taken)
        await begin(process, passwords)
        held = await pool.fetchval(
            "SELECT permissions::text FROM profile WHERE name = 'Administrator'"
        )
        assert '"export": true' not in held


async def test_a_weak_first_password_stops_the_start_with_one_sentence(house: House) -> None:
    url = await an_empty_database(house, "weak")
    async with (
        a_process(house, url, RAPPORT_ADMIN_PASSWORD="short") as process,
        Passwords() as passwords,
    ):
        with pytest.raises(Misconfigured, match="RAPPORT_ADMIN_PASSWORD"):
            await begin(process, passwords)
        assert (await counted(process))["person"] == 0


async def test_keys_are_rotated_and_the_next_one_is_known_before_it_signs(house: House) -> None:
    url = await an_empty_database(house, "keys")
    async with a_process(house, url) as process:
        pool: Any = process.database.pool
        known = "SELECT kid, signs_from <= now() AS signs FROM oauth_key ORDER BY signs_from"
        await rotate_keys(process)
        await rotate_keys(process)
        first = await pool.fetch(known)
        assert [row["signs"] for row in first] == [True, False]
        await pool.execute("UPDATE oauth_key SET signs_from = signs_from - interval '31 days'")
        await rotate_keys(process)
        later = await pool.fetch(known)
        assert [row["signs"] for row in later] == [True, False]
        assert later[0]["kid"] == first[1]["kid"]
