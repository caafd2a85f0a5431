"""Says that inboxes have changed, to those who look at them at that moment."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from crm.scheduling.v1.notifications_pb2 import InboxChanged
from sqlalchemy import delete, func, select

from kit.database.engine import Database
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.records import Process, Work
from services.scheduling.model.notifications import notification

_KEPT_DAYS = 180


async def unread(database: Database | Work, people: Collection[UUID]) -> dict[UUID, int]:
    """How many notifications each has not read."""
    counted = (
        select(notification.c.person_id, func.count())
        .where(notification.c.person_id.in_(people), notification.c.read_at.is_(None))
        .group_by(notification.c.person_id)
    )
    found = {row[0]: row[1] for row in await database.rows(counted)}
    return {each: found.get(each, 0) for each in people}


async def tell(work: Work, people: Collection[UUID]) -> dict[UUID, int]:
    """One event for each person whose inbox is another now; how many each has not read."""
    counts = await unread(work, people) if people else {}
    events = [
        Announcement.of(InboxChanged(person_id=str(person), unread=count))
        for person, count in counts.items()
    ]
    if events:
        told = rows(events, service=work.process.name, actor=work.actor.name)
        await work.run(insert_statement, **told)
    return counts


async def forget_old(process: Process) -> None:
    """What people were told is kept for half a year, and no longer."""
    oldest = datetime.now(UTC) - timedelta(days=_KEPT_DAYS)
    async with process.database.transaction() as transaction:
        await transaction.count(delete(notification).where(notification.c.at < oldest))
