"""Entries of calendars (iCalendar, RFC 5545), a row each, under the names of our fields.

Of what repeats the first time is taken in, and how it repeats stands in a column of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kit.errors import Invalid
from kit.importing.cards.content import Property, properties
from kit.importing.workbook.rows import Row

BEGIN = b"BEGIN:VCALENDAR"
"""How such a file begins."""

HEADING = [
    "Name", "Type", "Status", "Priority", "Starts", "Ends", "Due", "All day", "Done", "Description",
    "Location", "Taking part", "Repeats", "UID",
]  # fmt: skip

# In the words of the standard: what they mean, the entity says that takes calendars (`words_of_files`).
_TYPES = ("VEVENT", "VTODO")
_STATES = ("COMPLETED", "CANCELLED", "IN-PROCESS")
_MANY = "ATTENDEE"
_KEPT = frozenset(
    {
        "BEGIN", "END", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "PRIORITY", "DTSTART", "DTEND",
        "DUE", "DURATION", "COMPLETED", "RRULE", "UID", _MANY,
    }
)  # fmt: skip
_MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_LASTING = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,7})S)?)?"
)
_A_DAY = timedelta(days=1)
_MOST_PEOPLE, _DEEPEST = 500, 10
_MAIL = re.compile("^mailto:", re.IGNORECASE)
_URGENT, _MIDDLE = 4, 5

Moment = date | datetime


@dataclass(slots=True)
class _Entry:
    """One meeting or task as far as it has been read."""

    line: int = 0
    said: dict[str, Property] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)

    def add(self, told: Property) -> None:
        if told.name != _MANY:
            self.said.setdefault(told.name, told)
        elif len(self.people) < _MOST_PEOPLE:
            self.people.append(_MAIL.sub("", told.value.strip()))


def rows(file: IO[bytes]) -> Iterator[Row]:
    """The heading, and a row for each entry; alarms and zones within are no entries."""
    yield 1, HEADING
    open_: list[str] = []
    entry = _Entry()
    for each in properties(file, _KEPT):
        if each.name == "BEGIN":
            open_.append(each.value.strip().upper())
            _refuse_depth(each, open_)
            entry = _Entry(each.line) if open_[-1] in _TYPES else entry
        elif each.name == "END":
            if (kind := open_.pop() if open_ else "") in _TYPES:
                yield entry.line, _cells(kind, entry.said, entry.people)
        elif open_ and open_[-1] in _TYPES:
            entry.add(each)


def _refuse_depth(told: Property, open_: list[str]) -> None:
    if len(open_) > _DEEPEST:
        raise Invalid(file=f"Line {told.line:,} lies deeper than calendars do.")


def _cells(kind: str, entry: Mapping[str, Property], people: list[str]) -> list[str]:
    starts, ends, due = _span(entry)
    state = _text(entry, "STATUS").upper()
    all_day = starts is not None and not isinstance(starts, datetime)
    return [
        _text(entry, "SUMMARY"), kind, state if state in _STATES else "",
        _priority(_text(entry, "PRIORITY")), _said(starts), _said(ends), _said(due),
        "true" if all_day else "", _said(_moment(entry.get("COMPLETED"))), _text(entry, "DESCRIPTION"),
        _text(entry, "LOCATION"), "; ".join(people), _text(entry, "RRULE"), _text(entry, "UID"),
    ]  # fmt: skip


def _span(entry: Mapping[str, Property]) -> tuple[Moment | None, Moment | None, Moment | None]:
    """When it starts, ends and is due; the end of whole days is the first that it does not last."""
    starts, ends = _moment(entry.get("DTSTART")), _moment(entry.get("DTEND"))
    due = _moment(entry.get("DUE"))
    if ends is None and starts is not None and (lasts := _lasting(_text(entry, "DURATION"))):
        ends = _later(starts, lasts)
    if ends is not None and not isinstance(ends, datetime):
        ends = max(ends - _A_DAY, starts) if type(starts) is date else ends - _A_DAY
    return starts, ends, due


def _later(moment: Moment, lasts: timedelta) -> Moment | None:
    try:
        return moment + lasts
    except OverflowError:
        return None


def _text(entry: Mapping[str, Property], name: str) -> str:
    return entry[name].text if name in entry else ""


def _said(moment: Moment | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(told: Property | None) -> Moment | None:
    """A day, or a moment with its zone; without one it is whatever zone the reader is in."""
    found = _MOMENT.fullmatch(told.value.strip()) if told else None
    if told is None or found is None:
        return None
    try:
        if not found[2]:
            return datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        moment = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S")  # noqa: DTZ007 - it gets one below
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC if found[3] else _zone(told.told("TZID")))


def _zone(name: str) -> tzinfo | None:
    """A zone by its name, or by the one that Windows has for it."""
    from babel.core import get_global

    known = get_global("windows_zone_mapping").get(name, name)
    try:
        return ZoneInfo(known) if known else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _lasting(text: str) -> timedelta | None:
    found = _LASTING.fullmatch(text)
    if found is None or found["sign"] == "-":
        return None
    said = {name: int(each) for name, each in found.groupdict().items() if name != "sign" and each}
    return timedelta(**said)


def _priority(text: str) -> str:
    """1 to 4 are high, 5 is usual, 6 to 9 are low; 0 says nothing."""
    number = int(text) if text.isdecimal() and len(text) == 1 else 0
    if not number:
        return ""
    return "high" if number <= _URGENT else "normal" if number == _MIDDLE else "low"
