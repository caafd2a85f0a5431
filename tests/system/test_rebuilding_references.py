"""`./rapport rebuild-references` beside a system that runs."""

import asyncio

import asyncpg
import pytest

from cli.local.stores import Stores
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("operations")]


def test_damaged_copies_are_told_anew_by_one_command(system: System) -> None:
    with system.administrator() as api:
        account = api.post("accounts", {"name": "Kept Elsewhere"})["id"]
        deal = api.post("opportunities", {"name": "Keeps It", "account_id": account})["id"]
        asyncio.run(_damage(system, account))

        def named() -> set[str]:
            page = api.get("opportunities", filter=f"id = {deal}", titles="true")["page"]
            return {each["title"] for each in page["titles"] if each["id"] == account}

        assert named() == {"Damaged"}
        done = system.command("rebuild-references", "sales")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "copies told anew; 1 had been different." in done.stdout
        assert named() == {"Kept Elsewhere"}


def test_a_service_that_there_is_not_is_one_sentence(system: System) -> None:
    done = system.command("rebuild-references", "stock")
    assert done.returncode
    assert (
        "There is no service 'stock': take one of identity, parties," in done.stdout + done.stderr
    )


async def _damage(system: System, record_id: str) -> None:
    connection = await asyncpg.connect(Stores.of_running(system.home).database_url("sales"))
    try:
        text = "update reference_copy set title = 'Damaged', version = 9999 where id = $1::uuid"
        assert await connection.execute(text, record_id) == "UPDATE 1"
    finally:
        await connection.close()
