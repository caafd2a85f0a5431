"""A week of what takes place with a record: its bookings, day by day, and when it is taken besides."""

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Presenter, Titles
from gateway.web.frame.visits import Visit
from gateway.web.lists.filtering import joined
from gateway.web.record.highlights import Answers, Highlight, answered
from gateway.web.words import _
from kit.entity.presentation import Calendar
from kit.errors import Problem

DAYS = 7
HOURS = 24.0
Span = tuple[datetime, datetime]
_WEEK, _TAKEN = "week", "taken"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that takes place; of one that the person may not see, no more than the time."""

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
            asks = {_WEEK: _asks(entity, calendar)}
            if calendar.taken:
                asks[_TAKEN] = _asks_taken(calendar)
            yield Highlight(_shows(entity, calendar), asks)
            return


def _monday(visit: Visit) -> date:
    try:
        wanted = date.fromisoformat(visit.asked("week"))
    except ValueError:
        wanted = visit.presenter.now().date()
    return wanted - timedelta(days=wanted.weekday())


def _bounds(visit: Visit) -> tuple[datetime, datetime]:
    """The first moment of the week, and the first after it."""
    monday = _monday(visit)
    return (
        _midnight(visit.presenter, monday),
        _midnight(visit.presenter, monday + timedelta(days=DAYS)),
    )


def _asks_taken(calendar: Calendar) -> Any:
    def asks(visit: Visit) -> Awaitable[Json]:
        first, last = _bounds(visit)
        within = {calendar.starts: first.isoformat(), calendar.ends: last.isoformat()}
        return visit.api.verb(visit.entity.slug, visit.record_id, calendar.taken, within)

    return asks


def _asks(entity: Entity, calendar: Calendar) -> Any:
    def asks(visit: Visit) -> Awaitable[Json]:
        monday, after = _bounds(visit)
        within = joined(
            [
                f'{calendar.of} = "{visit.record_id}"',
                calendar.filter,
                f'{calendar.starts} < "{after.isoformat()}"',
                f'{calendar.ends} > "{monday.isoformat()}"',
            ]
        )
        asked = {"filter": within, "order_by": calendar.starts, "page_size": "200"}
        return visit.api.list(entity.slug, asked)

    return asks


def _midnight(present: Presenter, day: date) -> datetime:
    return datetime.combine(day, time(), present.zone)


def _shows(entity: Entity, calendar: Calendar) -> Any:
    def shows(visit: Visit, _record: Json, answers: Answers, _titles: Titles) -> dict[str, Any]:
        monday, present = _monday(visit), visit.presenter
        found = (_entry(entity, calendar, each, present) for each in answered(answers, _WEEK))
        entries = [each for each in found if each]
        entries = sorted([*entries, *_unseen(calendar, answers, entries, present)], key=_start)
        around = (monday - timedelta(days=DAYS), monday + timedelta(days=DAYS))
        makes = f"/{entity.slug}/new?{calendar.of}={visit.record_id}"
        return {
            "week": [_day(present, monday + timedelta(days=n), entries) for n in range(DAYS)],
            "weeks": tuple(each.isoformat() for each in around),
            "week_entity": entity,
            "week_action": (calendar.action, makes) if entity.may("create") else None,
            "week_stopped": any(isinstance(answers.get(each), Problem) for each in (_WEEK, _TAKEN)),
        }

    return shows


def _start(entry: Entry) -> datetime:
    return entry.starts


def _entry(entity: Entity, calendar: Calendar, record: Json, present: Presenter) -> Entry | None:
    span = _span(calendar, record, present)
    if span is None:
        return None
    address = f"/{entity.slug}/{record['id']}"
    return Entry(*span, _hours(span, present), entity.title_of(record), address)


def _span(calendar: Calendar, record: Json, present: Presenter) -> Span | None:
    starts = present.local(record.get(calendar.starts) or "")
    ends = present.local(record.get(calendar.ends) or "")
    return (starts, ends) if starts and ends else None


def _hours(span: Span, present: Presenter) -> str:
    return "–".join(present.time(each.isoformat()) for each in span)  # noqa: RUF001 - from, until


def _unseen(
    calendar: Calendar, answers: Answers, entries: Sequence[Entry], present: Presenter
) -> Iterator[Entry]:
    """The times that are taken by what the person may not see."""
    for told in answered(answers, _TAKEN):
        if span := _span(calendar, told, present):
            for left in _without(span, entries):
                yield Entry(*left, _hours(left, present), _("Busy"), "")


def _without(span: Span, entries: Iterable[Entry]) -> Iterator[Span]:
    """What is left of a time between the entries, which do not overlap."""
    begin, end = span
    for entry in sorted(entries, key=_start):
        if begin < entry.starts < end:
            yield begin, entry.starts
        if begin < entry.ends and entry.starts < end:
            begin = max(begin, entry.ends)
    if begin < end:
        yield begin, end


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
