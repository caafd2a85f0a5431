"""Who is to be told of a note: whom it mentions, and who follows its record."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kit.beside.follow.tables import follower
from kit.entity import Record
from kit.events.publishing.outbox import Announcement
from kit.notices.giving import notice, sees, weightiest
from kit.notices.kinds import FOLLOWED, MENTIONED
from kit.records.write.work import Work


async def noticed(
    work: Work, record: Record, note: Any, mentioned: Collection[UUID], *, is_new: bool
) -> Sequence[Announcement]:
    """One event for those who may see the record; whoever wrote the note knows it."""
    told = [(each, MENTIONED) for each in mentioned]
    if is_new:
        following = await work.rows(
            select(follower.c.person_id).where(follower.c.record_id == record.id)
        )
        policy = work.process.policy
        told += [
            (each.person_id, FOLLOWED)
            for each in following
            if sees(policy, type(record), record, each.person_id)
        ]
    reasons = weightiest(each for each in told if each[0] != work.actor.person_id)
    if not reasons:
        return ()
    said = {"entity": record.entity, "record_id": str(record.id), "actor": work.actor.name}
    key = f"{note.id}:{note.version}"
    return (notice(work.process.name, reasons, id=key, what="noted", **said),)
