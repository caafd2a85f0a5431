"""A session is found although its idle limit cannot be moved: reading needs no room on the disk."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from kit.testing.serving import Serving
from tests.identity.office import Office

_FULL = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""
_REFUSING = "CREATE TRIGGER no_room BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION refuse()"
_AGED = "UPDATE session SET idle_until = now() + interval '1 minute' WHERE person_id = :person"


@pytest.fixture
async def full_disk(serving: Serving) -> AsyncIterator[None]:
    """The table of sessions refuses as PostgreSQL does when it finds no room for a row."""
    database = serving.process.database
    async with database.sessions.begin() as session:
        await session.execute(text(_FULL))
    yield
    async with database.sessions.begin() as session:
        await session.execute(text("DROP FUNCTION refuse() CASCADE"))


async def test_who_is_signed_in_stays_so(office: Office, serving: Serving, full_disk: None) -> None:
    """G2: a full disk hurts nothing that reads."""
    ana = await office.member()
    session = await office.sign_in(ana.email)
    async with serving.process.database.sessions.begin() as other:
        await other.execute(text(_AGED), {"person": ana.id})
        await other.execute(text(_REFUSING))
    found = await office.check(session)
    assert found.handle == session.handle
    assert found.idle_until < session.idle_until
