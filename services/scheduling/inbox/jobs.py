"""Letters about what came into inboxes: at once or daily, of what their readers may see by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.access.entries import Person
from kit.actor import Actor
from kit.mail import outbox
from kit.mail.letters import Letter
from kit.mail.rendering import Templates
from kit.notices.kinds import AT_ONCE, DAILY, HANDED_OVER
from kit.records import Work
from kit.records.process import Process
from services.scheduling.inbox.seeing import SEEN, UNKNOWN, Seen, seen
from services.scheduling.model.notifications import notification, unsubscribing

_TEMPLATES = Templates(Path(__file__).parent / "templates")
_MORNING = time(7)
_AT_ONCE, _MOST_LINES = 200, 50
_WORK = {"import": "imports", "bulk": "bulks"}
"""Where work in the background is looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a letter: which words say it, of whom and what, and where it is looked at."""

    says: str
    who: str
    what: str
    address: str


async def write_at_once(process: Process) -> None:
    """A letter for each notification whose reader wants to hear at once."""
    rows = await process.database.rows(_waiting(AT_ONCE, notification.c.read_at.is_(None)))
    for person_id, of_one in groupby(rows, key=lambda row: row.person_id):
        await _write_each(process, person_id, list(of_one))
    await _forget_read(process)


async def write_daily(process: Process) -> None:
    """One letter with all that came before this morning, when it is morning where the reader is."""
    people = select(notification.c.person_id).where(notification.c.mail == DAILY).distinct()
    for (person_id,) in await process.database.rows(people):
        person = process.policy.organisation.people.get(person_id)
        if person is not None:
            before = notification.c.at < last_morning(person.time_zone, datetime.now(UTC))
            mine = notification.c.person_id == person_id
            rows = await process.database.rows(_waiting(DAILY, before, mine))
            await _write_together(process, person_id, rows)


def last_morning(zone: str, now: datetime) -> datetime:
    """The last seven o'clock in a zone."""
    here = now.astimezone(ZoneInfo(zone))
    morning = datetime.combine(here.date(), _MORNING, here.tzinfo)
    if morning > here:
        morning = datetime.combine(here.date() - timedelta(days=1), _MORNING, here.tzinfo)
    return morning.astimezone(UTC)


def _waiting(mail: str, *which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(notification)
        .where(notification.c.mail == mail, *which)
        .order_by(notification.c.person_id, notification.c.id)
        .limit(_AT_ONCE)
    )


async def _forget_read(process: Process) -> None:
    """What was read before it was written needs no letter."""
    read = update(notification).where(
        notification.c.mail == AT_ONCE, notification.c.read_at.is_not(None)
    )
    async with process.database.transaction() as transaction:
        await transaction.count(read.values(mail=""))


async def _write_each(process: Process, person_id: UUID, rows: Sequence[Any]) -> None:
    known = await seen(process, person_id, rows)
    for row in rows:
        if known.of(row)[0] == UNKNOWN:
            continue
        async with process.work(Actor.system(f"{process.name}.write_at_once")) as work:
            if await _taken(work, [row]) and (person := _reader(process, person_id)):
                for line in _lines(process, person_id, [row], known):
                    said = {"line": line}
                    await _send(work, "told", person, said)


async def _write_together(process: Process, person_id: UUID, rows: Sequence[Any]) -> None:
    known = await seen(process, person_id, rows)
    if any(known.of(row)[0] == UNKNOWN for row in rows):
        return
    async with process.work(Actor.system(f"{process.name}.write_daily")) as work:
        taken = await _taken(work, rows)
        unread = [row for row in rows if row.id in taken and row.read_at is None]
        lines = _lines(process, person_id, unread, known)
        person = _reader(process, person_id)
        if lines and person is not None:
            said = {
                "lines": lines[:_MOST_LINES],
                "more": max(len(lines) - _MOST_LINES, 0),
                "inbox_at": f"{_public(process)}/inbox",
            }
            await _send(work, "daily", person, said, await _ends_at(work, person_id))


async def _taken(work: Work, rows: Sequence[Any]) -> set[UUID]:
    """Those of which no other replica writes."""
    if not rows:
        return set()
    mine = (notification.c.id.in_([row.id for row in rows]), notification.c.mail != "")
    taken = update(notification).where(*mine).values(mail="").returning(notification.c.id)
    return {row.id for row in await work.run(taken)}


def _reader(process: Process, person_id: UUID) -> Person | None:
    """Somebody who works here still."""
    organisation = process.policy.organisation
    return None if organisation.has_left(person_id) else organisation.people.get(person_id)


def _lines(process: Process, person_id: UUID, rows: Sequence[Any], known: Seen) -> list[Line]:
    return [
        _line(process, person_id, row, known.of(row)[1]) for row in rows if known.of(row)[0] == SEEN
    ]


def _line(process: Process, person_id: UUID, row: Any, title: str) -> Line:
    public = _public(process)
    if row.work:
        address = f"{public}/{_WORK[row.work]}/{row.work_id}"
        return Line(f"{row.work}_{row.what}", "", row.work_name, address)
    told_by_kind = row.kind in ("assigned", "mentioned", "shared") and row.what != HANDED_OVER
    says = row.kind if told_by_kind else row.what
    address = f"{public}/inbox/to/{row.entity}/{row.record_id}"
    return Line(says, _name(process, person_id, row.actor), title, address)


def _name(process: Process, person_id: UUID, actor: str) -> str:
    """What somebody is called who did it, to whoever may see people."""
    if actor.startswith("system:"):
        return "Rapport"
    permit = process.policy.permit(Actor.person(person_id), "identity.Person")
    person = process.policy.organisation.people.get(UUID(actor))
    visible = person is not None and "view" in permit.rights and permit.sees("name")
    return person.name if visible and person else "Somebody"


async def _send(
    work: Work, kind: str, person: Person, said: dict[str, Any], ends_at: str = ""
) -> None:
    choose_at = f"{_public(work.process)}/inbox/choices"
    letter = _TEMPLATES.render(
        kind, person.locale, address=person.email, choose_at=choose_at, **said
    )
    await outbox.write(
        work,
        Letter(
            kind=kind,
            address=person.email,
            name=person.name,
            language=letter.language,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            unsubscribe=ends_at,
        ),
    )


async def _ends_at(work: Work, person_id: UUID) -> str:
    """Where one click ends the daily letters of somebody."""
    new = insert(unsubscribing).values(person_id=person_id, secret=token_urlsafe(24))
    await work.run(new.on_conflict_do_nothing())
    (row,) = await work.rows(select(unsubscribing).where(unsubscribing.c.person_id == person_id))
    return f"{_public(work.process)}/unsubscribe/{row.secret}"


def _public(process: Process) -> str:
    settings: Any = process.settings
    return str(settings.public_url).rstrip("/")
