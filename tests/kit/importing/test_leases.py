"""An import goes on where it was left, whoever takes it over, and each line is taken once."""

import pytest
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.v1 import standard_pb2
from sqlalchemy import func, insert, select, text, update

from kit.access.entries import Permission
from kit.actor import Actor
from kit.ids import uuid7
from kit.importing.jobs import Job, Jobs
from kit.importing.tables import import_job, import_line
from kit.jobs.leases import LeaseLost
from tests.kit.importing.office import ACCOUNT, Office, unique

_PLAN = {"columns": {"name": "name"}, "values": {}, "constants": {}, "match": ""}


async def left_behind(office: Office, actor: Actor, names: list[str], *, lease: str) -> Job:
    """An import as a process that was killed leaves it."""
    job = {
        "id": uuid7(), "entity": ACCOUNT, "importer_id": actor.person_id, "file_name": "x.csv",
        "plan": _PLAN, "dry_run": False, "heading": ["name"], "ignored": [], "delimiter": ",",
        "lines": len(names), "state": "running", "leased_by": uuid7(),
        "leased_until": text(f"now() + interval '{lease}'"),
    }  # fmt: skip
    async with office.parties.process.database.sessions.begin() as session:
        row = (await session.execute(insert(import_job).values(**job).returning(import_job))).one()
        lines = [
            {"job_id": job["id"], "number": number, "original": name, "state": "waiting"}
            for number, name in enumerate(names, start=2)
        ]
        await session.execute(insert(import_line), lines)
    return Job.of(row)


async def expire(office: Office, job: Job) -> None:
    lapsed = update(import_job).where(import_job.c.id == job.id)
    async with office.parties.process.database.sessions.begin() as session:
        await session.execute(lapsed.values(leased_until=func.now()))


async def settled(office: Office, actor: Actor, job: Job) -> None:
    from crm.v1 import imports_pb2 as pb

    await office.ended(actor, pb.Import(id=str(job.id), entity=ACCOUNT))


async def test_another_process_goes_on_when_the_lease_has_lapsed(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    name = unique("Left")
    job = await left_behind(office, ana, [f"{name} {n}" for n in range(3)], lease="-1 second")
    await settled(office, ana, job)
    found = await office.parties.stub(AccountsStub, ana).List(
        standard_pb2.ListRequest(filter=f'name = "{name}*"')
    )
    assert len(found.items) == 3


async def test_a_leased_import_is_left_to_its_worker(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    job = await left_behind(office, ana, [unique("Leased")], lease="1 hour")
    other = Jobs(office.parties.process.database, uuid7())
    assert await other.claim() is None
    await expire(office, job)
    await settled(office, ana, job)


async def test_a_worker_that_lost_its_lease_leaves_no_trace(office: Office) -> None:
    ana = await office.organisation.person(unique("Ana"))
    job = await left_behind(office, ana, [unique("Lost")], lease="1 hour")
    database = office.parties.process.database
    late = Jobs(database, uuid7())
    [line] = await late.waiting(job, 10)
    line.state, line.record_id = "created", uuid7()
    with pytest.raises(LeaseLost):
        async with database.transaction() as transaction:
            await late.settle(transaction, job, [line])
    rows = await database.rows(select(import_line.c.state).filter_by(job_id=job.id))
    assert [row.state for row in rows] == ["waiting"]
    await expire(office, job)
    await settled(office, ana, job)


async def test_an_import_of_somebody_who_lost_the_right_fails_clearly(office: Office) -> None:
    ben = await office.organisation.person(unique("Ben"), Permission(ACCOUNT, view=True))
    job = await left_behind(office, ben, [unique("Denied")], lease="-1 second")
    await settled(office, ben, job)
    async with office.parties.process.database.sessions() as session:
        row = (await session.execute(select(import_job).filter_by(id=job.id))).one()
    assert (row.state, row.error) == ("failed", "Your profile does not let you import accounts.")
