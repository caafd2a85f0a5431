"""Whoever shares, unshares or moves a record at the same time as others leaves keys that are true."""

import asyncio
from typing import Any

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import text

from kit.access.entries import Permission
from kit.actor import Actor
from kit.errors import Denied
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

_WAITING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    " and datname = current_database()"
)


def shared(made: Any, actor: Actor) -> records_pb2.ShareRequest:
    return records_pb2.ShareRequest(
        entity="toys.Toy",
        id=made.id,
        principal_kind="person",
        principal_id=str(actor.person_id),
        level="read",
    )


async def at_once(toys: Serving, record_id: str, *calls: Any) -> None:
    """Lets calls begin while the record is held, and go on only when all of them wait for it."""
    async with toys.process.database.engine.connect() as holder, asyncio.TaskGroup() as group:
        held = text("select id from toy where id = cast(:id as uuid) for update")
        await holder.execute(held, {"id": record_id})
        for call in calls:
            group.create_task(call)
        while await toys.process.database.pool.fetchval(_WAITING) < len(calls):
            await asyncio.sleep(0)
        await holder.rollback()


async def keys_of(toys: Serving, record_id: str) -> set[int]:
    found = "select keys from toy where id = $1"
    return set(await toys.process.database.pool.fetchval(found, record_id))


def share_key(toys: Serving, actor: Actor) -> int:
    assert actor.person_id is not None
    key = toys.process.policy.organisation.key_of("person", actor.person_id)
    assert key is not None
    return key


async def test_access_taken_away_stays_away_whatever_is_shared_meanwhile(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """ID-13: two changes of one record's shares are both true afterwards."""
    ana, bob, cid = [await organisation.person(name) for name in ("Ana", "Bob", "Cid")]
    made = await toys.stub(services.ToysStub, ana).Create(pb.Toy(name="Bear"))
    beside = toys.stub(RecordsStub, ana)
    await beside.Share(shared(made, bob))
    await at_once(toys, made.id, beside.Unshare(shared(made, bob)), beside.Share(shared(made, cid)))
    keys = await keys_of(toys, made.id)
    assert share_key(toys, cid) in keys
    assert share_key(toys, bob) not in keys


async def test_only_who_may_edit_may_share(toys: Serving, organisation: TestOrganisation) -> None:
    """The right to delete reaches the row as far as editing does, but opens it to nobody."""
    limited = Permission("toys.Toy", view=True, create=True, delete=True)
    ana, bob = await organisation.person("Ana", limited), await organisation.person("Bob")
    made = await toys.stub(services.ToysStub, ana).Create(pb.Toy(name="Bear"))
    beside = toys.stub(RecordsStub, ana)
    for call in (beside.Share, beside.Unshare):
        with pytest.raises(Denied):
            await call(shared(made, bob))
