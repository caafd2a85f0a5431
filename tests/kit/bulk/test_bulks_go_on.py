"""A bulk goes on where it was left, whoever takes it over, and each record is changed once."""

from typing import Any

import pytest
from crm.v1 import bulk_pb2 as pb
from sqlalchemy import insert, select, text

from kit.access.entries import Permission
from kit.actor import Actor
from kit.bulk.jobs import Job, Jobs
from kit.bulk.tables import bulk_job, bulk_row
from kit.ids import uuid7
from kit.jobs.leases import LeaseLost
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.conftest import Make
from tests.kit.bulk.doing import TOY, Doer, counts, patch


async def left_behind(
    toys: Serving, actor: Actor, ids: list[str], *, settled: int, lease: str
) -> Any:
    """A bulk as a process that was killed leaves it."""
    asked = pb.BulkRequest(entity=TOY, call=patch(pieces=5))
    job = {
        "id": uuid7(), "entity": TOY, "person_id": actor.person_id, "min_epoch": 0,
        "asked": asked.SerializeToString(), "dry_run": False, "state": "running",
        "rows": len(ids), "position": settled, "changed": settled, "leased_by": uuid7(),
        "leased_until": text(f"now() + interval '{lease}'"),
    }  # fmt: skip
    async with toys.process.database.transaction() as transaction:
        row = await transaction.row(insert(bulk_job).values(**job).returning(bulk_job))
        for number, id in enumerate(ids, start=1):
            state = "changed" if number <= settled else "waiting"
            values = {"job_id": row.id, "number": number, "record_id": id, "state": state}
            await transaction.count(insert(bulk_row).values(**values))
    return row


async def test_another_process_goes_on_where_the_first_was_killed(
    toys: Serving, ana: Actor, shop: Any, doer: Doer, made: Make
) -> None:
    ids = [each.id for each in await made(3)]
    row = await left_behind(toys, ana, ids, settled=1, lease="-1 second")
    done = await doer.ended(pb.Bulk(id=str(row.id)))
    assert counts(done) == (3, 0, 0)
    versions = [(await shop.Get(_asked(each))).version for each in ids]
    assert versions == [1, 2, 2]


def _asked(id: str) -> Any:
    from crm.v1 import standard_pb2

    return standard_pb2.GetRequest(id=id)


async def test_a_worker_that_lost_its_lease_leaves_no_trace(
    toys: Serving, ana: Actor, made: Make
) -> None:
    [toy] = await made(1)
    row = await left_behind(toys, ana, [toy.id], settled=0, lease="1 hour")
    database = toys.process.database
    late, job = Jobs(database, uuid7()), Job.of(row)
    [waiting] = await late.next(job, 10)
    waiting.state = "changed"
    with pytest.raises(LeaseLost):
        async with database.transaction() as transaction:
            await late.settle(transaction, job, [waiting])
    states = await database.rows(select(bulk_row.c.state).where(bulk_row.c.job_id == row.id))
    assert [each.state for each in states] == ["waiting"]


async def test_a_bulk_of_somebody_who_lost_the_right_fails_clearly(
    toys: Serving, organisation: TestOrganisation, made: Make
) -> None:
    [toy] = await made(1)
    ben = await organisation.person("Ben", Permission(TOY, view=True))
    row = await left_behind(toys, ben, [toy.id], settled=0, lease="-1 second")
    done = await Doer(toys, ben).ended(pb.Bulk(id=str(row.id)))
    assert (done.state, done.error) == ("failed", "Your profile does not let you edit toys.")
