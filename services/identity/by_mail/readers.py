"""The readers of schedules: met anew as groups change, and handed out one by one when a letter is due."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from kit.access.organisation import Organisation
from kit.database.transaction import Transaction
from kit.ids import uuid7
from kit.records.process import Process
from services.identity.model.figures.schedules import When, report_reader, report_schedule

_MEET_EVERY = timedelta(minutes=10)
_AT_ONCE, _TAKEN, _WRITTEN = 50, 8, 1_000
_LEASE = text("now() + interval '5 minutes'")
_DUE = (
    select(report_reader.c.id)
    .where(report_reader.c.left_at.is_(None), report_reader.c.again_at <= func.now())
    .order_by(report_reader.c.again_at)
    .limit(_TAKEN)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKE = (
    update(report_reader)
    .where(
        report_reader.c.id == _DUE.c.id,
        report_schedule.c.id == report_reader.c.schedule_id,
    )
    .values(again_at=_LEASE)
    .returning(
        report_reader.c.id,
        report_reader.c.person_id,
        report_reader.c.due_at,
        report_schedule.c.report_id,
    )
)


async def meet_readers(process: Process) -> None:
    """Looks up anew for whom schedules are, since people join groups and roles, and go."""
    organisation = process.policy.organisation
    before = datetime.now(UTC) - _MEET_EVERY
    stale = (
        select(report_schedule)
        .where(report_schedule.c.met_at < before)
        .order_by(report_schedule.c.met_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    async with process.database.transaction() as transaction:
        for schedule in await transaction.rows(stale):
            await meet(transaction, schedule, organisation)


async def meet(transaction: Transaction, schedule: Any, organisation: Organisation) -> None:
    """Those who belong to a schedule are its readers, and nobody else; who has left it stays so."""
    kind, principal, now = schedule.principal_kind, schedule.principal_id, datetime.now(UTC)
    members = {each for each in organisation.members(kind, principal) if works(organisation, each)}
    mine = report_reader.c.schedule_id == schedule.id
    there = set(await transaction.values(select(report_reader.c.person_id).where(mine)))
    new = [_place(schedule, each, organisation, now) for each in sorted(members - there)]
    for start in range(0, len(new), _WRITTEN):
        some = insert(report_reader).values(new[start : start + _WRITTEN])
        await transaction.count(some.on_conflict_do_nothing())
    gone = (mine, report_reader.c.left_at.is_(None), report_reader.c.person_id.in_(there - members))
    await transaction.count(delete(report_reader).where(*gone))
    met = update(report_schedule).where(report_schedule.c.id == schedule.id)
    await transaction.count(met.values(met_at=now))


def works(organisation: Organisation, person_id: UUID) -> bool:
    """Whether somebody is known here, and works here still."""
    return person_id in organisation.people and not organisation.has_left(person_id)


def _place(schedule: Any, person_id: UUID, organisation: Organisation, now: datetime) -> Any:
    due = When.of(schedule).after(now, organisation.people[person_id].time_zone)
    return {
        "id": uuid7(),
        "schedule_id": schedule.id,
        "person_id": person_id,
        "due_at": due,
        "again_at": due,
        "known_as": "",
        "secret": token_urlsafe(24),
    }


async def take_due(process: Process) -> Sequence[Any]:
    """Some letters that are due, leased; those of people who work here no more are nobody's."""
    organisation = process.policy.organisation
    async with process.database.transaction() as transaction:
        rows = await transaction.rows(_TAKE)
        gone = [row.id for row in rows if not works(organisation, row.person_id)]
        if gone:
            await transaction.count(delete(report_reader).where(report_reader.c.id.in_(gone)))
        return [row for row in rows if row.id not in gone]
