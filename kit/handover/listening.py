"""A decision becomes bulks: one for each entity of which the person has records, and one for the way back."""

from typing import Any
from uuid import UUID

from crm.v1 import hand_overs_pb2 as pb
from sqlalchemy import func, insert, literal, select, update

from kit.bulk.choosing import what_changed
from kit.bulk.handing_over import Change
from kit.bulk.tables import bulk_job, bulk_row
from kit.entity import Record
from kit.events.consuming.listeners import on
from kit.handover.holdings import handed_over, held
from kit.ids import uuid7
from kit.records.write.work import Work

_job = bulk_job.c
_CUT_SHORT = "It was taken back before its end."


@on(pb.HandOverDecided)
async def take_over(event: pb.HandOverDecided, work: Work) -> None:
    """Heard in the order in which it was decided, so that nothing is taken back before it was begun."""
    if event.taken_back:
        await _take_back(event, work)
        return
    successors = {each.entity: each.successor_id for each in event.successions}
    for record in handed_over(work.process.entities.values()):
        if successor := successors.get(record.entity, event.successor_id):
            await _begin(event, work, record, UUID(successor))


async def _begin(
    event: pb.HandOverDecided, work: Work, record: type[Record], successor: UUID
) -> None:
    """A job with its rows; where the person has nothing there is none."""
    change = Change(UUID(event.person_id), successor)
    job_id = uuid7()
    found = held(record, also_ended=event.ended).subquery("found")
    rows = select(literal(job_id), func.row_number().over(order_by=found.c.id), found.c.id)
    await work.run(insert(bulk_job).values(**_job_of(event, record.entity, change, id=job_id)))
    written = insert(bulk_row).from_select(["job_id", "number", "record_id"], rows)
    number = await work.transaction.count(written, person=change.person)
    mine = _job.id == job_id
    if number:
        await work.run(update(bulk_job).where(mine).values(rows=number))
    else:
        await work.run(bulk_job.delete().where(mine))


def _job_of(event: pb.HandOverDecided, entity: str, change: Change, **more: Any) -> dict[str, Any]:
    return {
        "entity": entity,
        "hand_over_id": UUID(event.id),
        "person_id": UUID(event.decided_by),
        # The successor may have come a moment ago: only who knows of him goes on.
        "min_epoch": event.policy_epoch,
        "asked": change.stored(),
        "dry_run": False,
        "state": "running",
        **more,
    }


async def _take_back(event: pb.HandOverDecided, work: Work) -> None:
    """What goes on still is stopped where it is; then whatever changed is given back."""
    of_this = (_job.hand_over_id == UUID(event.id), _job.undo_of.is_(None))
    cut = {"state": "failed", "error": _CUT_SHORT, "ended_at": func.now(), "leased_by": None}
    await work.run(update(bulk_job).where(*of_this, _job.ended_at.is_(None)).values(**cut))
    for done in await work.run(select(bulk_job).where(*of_this).order_by(_job.id)):
        change = Change.read(done.asked)
        back = _job_of(event, done.entity, change, id=uuid7(), undo_of=done.id)
        await work.run(insert(bulk_job).values(**back))
        number = await what_changed(work.transaction, back["id"], of=done.id)
        await work.run(update(bulk_job).where(_job.id == back["id"]).values(rows=number))
