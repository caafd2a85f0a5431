"""The letter with a report: written once for each time that it is due, however often that is said."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from crm.identity.v1 import report_schedules_pb2 as pb
from sqlalchemy import delete, select, update

from kit.access.entries import Person
from kit.ids import record_id
from kit.mail import outbox
from kit.mail.letters import Letter, Table
from kit.mail.rendering import Templates
from kit.records import Work
from kit.records.process import Process
from services.identity.by_mail.readers import works
from services.identity.model.figures.schedules import When, report_reader, report_schedule

FIGURES, UNSEEN, REFUSED = "figures", "unseen", "refused"
_TEMPLATES = Templates(Path(__file__).parent / "templates")
_NO_FILE_NAME = re.compile(r"[^\w -]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of figures, and where its rows are listed."""

    groups: Sequence[str]
    figures: Sequence[str]
    address: str


async def settle(work: Work, said: pb.ReportLetter) -> bool:
    """Writes what is due and moves on to the next time; whether there is a letter of it."""
    place = await _place(work, said)
    if place is None:
        return False
    organisation = work.process.policy.organisation
    if not works(organisation, place.person_id):
        await work.run(delete(report_reader).where(report_reader.c.id == place.id))
        return False
    reader = organisation.people[place.person_id]
    kind, known = _what_to_tell(said, place)
    now = datetime.now(UTC)
    due = When.of(place).after(now, reader.time_zone)
    moved = {"due_at": due, "again_at": due, **known(now)}
    await work.run(update(report_reader).where(report_reader.c.id == place.id).values(moved))
    if kind:
        await outbox.write(work, _letter(work.process, kind, reader, place, said))
    return bool(kind)


async def _place(work: Work, said: pb.ReportLetter) -> Any:
    """The reader's place, held, if the letter is due there still."""
    theirs = (report_reader.c.id == record_id(said.reader_id), report_reader.c.left_at.is_(None))
    schedule = [each for each in report_schedule.c if each.name != "id"]
    query = (
        select(report_reader, *schedule)
        .join(report_schedule, report_schedule.c.id == report_reader.c.schedule_id)
        .where(*theirs)
        .with_for_update(of=report_reader)
    )
    rows = await work.run(query)
    return rows[0] if rows and moment(rows[0].due_at) == said.due_at else None


def moment(at: datetime) -> str:
    """A moment to the microsecond, since it says which letter is meant."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Known = Callable[[datetime], Mapping[str, Any]]


def _what_to_tell(said: pb.ReportLetter, place: Any) -> tuple[str, Known]:
    """The kind of the letter, and what is known of the reader after it.

    Of what is out of sight she is told once, and not at all if she was never sent it.
    """
    if said.outcome == FIGURES:
        return "report", lambda _: {"known_as": said.name, "told_at": None}
    tells = place.told_at is None and (said.outcome == REFUSED or place.known_as)
    kind = f"report_{said.outcome}" if tells else ""
    return kind, lambda now: {"told_at": now} if tells else {}


def _letter(
    process: Process, kind: str, reader: Person, place: Any, said: pb.ReportLetter
) -> Letter:
    public, ends_at = public_of(process), ends_at_of(process, place.secret)
    rendered = _TEMPLATES.render(
        kind,
        reader.locale,
        name=said.name or place.known_as,
        said=said,
        lines=_lines(public, said, said.lines),
        totals=_lines(public, said, said.totals),
        report_at=f"{public}{said.path}",
        ends_at=ends_at,
        address=reader.email,
        choose_at=f"{public}/inbox/choices",
    )
    return Letter(
        kind=kind,
        address=reader.email,
        name=reader.name,
        language=rendered.language,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        unsubscribe=ends_at,
        tables=[Table(_file_name(said.name), said.csv)] if said.csv else [],
    )


def _lines(public: str, said: pb.ReportLetter, lines: Sequence[pb.ReportLine]) -> list[Line]:
    at = said.groups
    return [Line(each.cells[:at], each.cells[at:], f"{public}{each.path}") for each in lines]


def _file_name(name: str) -> str:
    """What every system takes as the name of a file."""
    return f"{_NO_FILE_NAME.sub(' ', name).strip()[:80] or 'report'}.csv"


def public_of(process: Process) -> str:
    settings: Any = process.settings
    return str(settings.public_url).rstrip("/")


def ends_at_of(process: Process, secret: str) -> str:
    return f"{public_of(process)}/unsubscribe/reports/{secret}"


async def end_by(work: Work, secret: str) -> UUID | None:
    """Ends a schedule for whoever got a letter with these words in it; None where nobody did."""
    if not secret.isprintable():
        return None
    theirs = update(report_reader).where(report_reader.c.secret == secret)
    left = theirs.values(left_at=datetime.now(UTC)).returning(report_reader.c.person_id)
    rows = await work.run(left)
    return rows[0].person_id if rows else None
