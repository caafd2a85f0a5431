"""A week of what takes place with a record: its bookings, day by day."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Presenter, Titles
from gateway.web.frame.visits import Visit
from gateway.web.lists.filtering import joined
from gateway.web.record.highlights import Answers, Highlight, answered
from kit.entity.presentation import Calendar
from kit.errors import Problem

DAYS = 7
HOURS = 24.0
_WEEK = "week"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that takes place."""

    starts: datetime
    ends: datetime
    hours: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a record: what takes place, and when."""

    label: str
    is_today: bool
    entries: tuple[Entry, ...]
    bars: tuple[tuple[float, float], ...]


def week_of(visit: Visit) -> Iterator[Highlight]:
    """The week of this page's record, where some entity says that it takes place with such records."""
    for entity in visit.catalog:
        calendar = entity.shown.calendar
        of = entity.field(calendar.of) if calendar and calendar.of else None
        if calendar and of and of.target == visit.entity.name and entity.may("view"):
            yield Highlight(_shows(entity, calendar), {_WEEK: _asks(entity, calendar)})
            return


def _monday(visit: Visit) -> date:
    try:
        wanted = date.fromisoformat(visit.asked("week"))
    except ValueError:
        wanted = visit.presenter.now().date()
    return wanted - timedelta(days=wanted.weekday())


def _asks(entity: Entity, calendar: Calendar) -> Any:
    def asks(visit: Visit) -> Awaitable[Json]:
        monday = _midnight(visit.presenter, _monday(visit))
        sunday = _midnight(visit.presenter, _monday(visit) + timedelta(days=DAYS))
        within = joined(
            [
                f'{calendar.of} = "{visit.record_id}"',
                calendar.filter,
                f'{calendar.starts} < "{sunday.isoformat()}"',
                f'{calendar.ends} > "{monday.isoformat()}"',
            ]
        )
        asked = {"filter": within, "order_by": calendar.starts, "page_size": "200"}
        return visit.api.list(entity.slug, asked)

    return asks


def _midnight(present: Presenter, day: date) -> datetime:
    return datetime.combine(day, time(), present.zone)


def _shows(entity: Entity, calendar: Calendar) -> Any:
    def shows(visit: Visit, _: Json, answers: Answers, __: Titles) -> dict[str, Any]:
        monday, present = _monday(visit), visit.presenter
        found = (_entry(entity, calendar, each, present) for each in answered(answers, _WEEK))
        entries = [each for each in found if each]
        around = (monday - timedelta(days=DAYS), monday + timedelta(days=DAYS))
        makes = f"/{entity.slug}/new?{calendar.of}={visit.record_id}"
        return {
            "week": [_day(present, monday + timedelta(days=n), entries) for n in range(DAYS)],
            "weeks": tuple(each.isoformat() for each in around),
            "week_entity": entity,
            "week_action": (calendar.action, makes) if entity.may("create") else None,
            "week_stopped": isinstance(answers.get(_WEEK), Problem),
        }

    return shows


def _entry(entity: Entity, calendar: Calendar, record: Json, present: Presenter) -> Entry | None:
    begin, end = record.get(calendar.starts) or "", record.get(calendar.ends) or ""
    starts, ends = present.local(begin), present.local(end)
    if not starts or not ends:
        return None
    hours = f"{present.time(begin)}–{present.time(end)}"  # noqa: RUF001 - from the one until the other
    return Entry(starts, ends, hours, entity.title_of(record), f"/{entity.slug}/{record['id']}")


def _day(present: Presenter, day: date, entries: list[Entry]) -> Day:
    begin, end = _midnight(present, day), _midnight(present, day + timedelta(days=1))
    found = tuple(each for each in entries if each.starts < end and each.ends > begin)
    bars = tuple(_bar(each, begin, end) for each in found)
    return Day(present.weekday(day), day == present.now().date(), found, bars)


def _bar(entry: Entry, begin: datetime, end: datetime) -> tuple[float, float]:
    """Where it begins in the day and how long it takes, in per cent of the day."""
    first, last = (
        (max(begin, min(at, end)) - begin) / timedelta(hours=1) for at in (entry.starts, entry.ends)
    )
    return round(first / HOURS * 100, 1), round((last - first) / HOURS * 100, 1)
