"""Addresses and bank accounts that were JSON of their record become parts, and JSON again on the way back."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cli.components.databases import Database, ensure_databases
from kit.database.migrate import serves_from, take_back, upgrade
from kit.ids import uuid7
from tests.house import House

CLUJ = {"kind": "home", "street": "Main 1\nStair B", "city": "Cluj-Napoca", "country": "RO"}
WIEN = {"kind": "branch", "city": "Wien", "postal_code": "1010", "region": "Wien"}
BANK = {"bank": "BNR", "number": "RO49AAAA1B31007593840000", "currency": "RON"}
# What no program of ours writes, and nobody may stumble over.
ODD: tuple[Any, ...] = (None, {}, "Cluj", [None, 7, ["Cluj"]])


@pytest.fixture
async def url(house: House) -> AsyncIterator[str]:
    """A database of parties with the schema of the release before, which goes again."""
    database = Database("rapport_parts", "test")
    await ensure_databases(house.postgres.url, [database])
    address = database.url(house.postgres.url)
    await _go_on(address)
    await _go_back(address)
    yield address
    administrator = await asyncpg.connect(house.postgres.url)
    await administrator.execute('DROP DATABASE "rapport_parts"')
    await administrator.close()


async def _go_on(url: str) -> None:
    await asyncio.to_thread(upgrade, "parties", url)


async def _go_back(url: str) -> None:
    await asyncio.to_thread(take_back, "parties", url, "0016")


async def _fetched(url: str, query: str, *given: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query, *given)]
    finally:
        await connection.close()


async def _stored(url: str, table: str, **said: Any) -> UUID:
    """A row as the release before wrote it; what no test speaks of is empty."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "select column_name, data_type from information_schema.columns"
            " where table_name = $1 and is_nullable = 'NO' and column_default is null",
            table,
        )
        blank = {"ARRAY": [], "jsonb": [], "integer": 1, "text": "", "uuid": str(uuid7())}
        blank |= {"timestamp with time zone": "2026-01-01T00:00:00Z", "boolean": False}
        row = {each["column_name"]: blank[each["data_type"]] for each in columns} | said
        spread = f"jsonb_populate_record(null::{table}, $1)"
        names = ", ".join(row)
        query = f"insert into {table} ({names}) select {names} from {spread} returning id"  # noqa: S608 - names of ours
        made: UUID = await connection.fetchval(query, json.dumps(row))
        return made
    finally:
        await connection.close()


async def test_what_the_release_before_wrote_is_kept_in_its_order(url: str) -> None:
    account = await _stored(url, "account", addresses=[CLUJ, WIEN], bank_accounts=[BANK])
    contact = await _stored(url, "contact", addresses=[CLUJ])
    for odd in ODD:
        await _stored(url, "account", addresses=[] if odd is None else odd)
    await _go_on(url)
    places = "select account_id, position, kind, street, city, region, postal_code, country"
    assert await _fetched(url, f"{places} from account_address order by position") == [
        (account, 0, "home", "Main 1\nStair B", "Cluj-Napoca", None, None, "RO"),
        (account, 1, "branch", None, "Wien", "Wien", "1010", None),
    ]
    assert await _fetched(url, "select contact_id, city from contact_address") == [
        (contact, "Cluj-Napoca")
    ]
    assert await _fetched(
        url, "select account_id, bank, number, currency, note from bank_account"
    ) == [(account, "BNR", BANK["number"], "RON", None)]


async def test_nothing_of_them_is_left_beside_their_tables(url: str) -> None:
    """B2: what is erased would go on standing where nobody looks any more."""
    await _go_on(url)
    left = "select table_name from information_schema.columns where column_name = any($1)"
    assert await _fetched(url, left, ["addresses", "bank_accounts"]) == []


async def test_the_way_back_takes_them_along(url: str) -> None:
    account = await _stored(url, "account", addresses=[CLUJ, WIEN], bank_accounts=[BANK])
    none = await _stored(url, "account")
    await _go_on(url)
    await _go_back(url)
    found = await _fetched(url, "select id, addresses, bank_accounts from account order by id")
    assert {row[0]: [json.loads(each) for each in row[1:]] for row in found} == {
        account: [[CLUJ, WIEN], [BANK]],
        none: [[], []],
    }


def test_no_program_before_is_served() -> None:
    """It would show addresses that nobody keeps true, and write such as nobody reads."""
    assert serves_from("parties") >= "0018"
