"""Kinds that hold days, moments, and the zone in which somebody reads them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from sqlalchemy import Date, DateTime
from sqlalchemy.types import TypeEngine

from kit.entity.kinds.kind import Kind
from kit.entity.kinds.texts import Text
from kit.query import Kind as Comparison

# Whatever is reckoned with a day, its month and year, in any zone, stays within Python's calendar.
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(9998, 12, 31)
# Asked for first: fromisoformat also reads weeks, and days without hyphens.
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _within_calendar(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"Choose a day between {FIRST_DAY} and {LAST_DAY}.")
    return day


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day (ISO 8601, YYYY-MM-DD), the same in every zone, of the years 1000 to 9998."""

    name: ClassVar[str] = "date"
    comparison: ClassVar[Comparison] = Comparison.DATE

    def column(self) -> TypeEngine[Any]:
        return Date()

    def parse(self, value: Any) -> date | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError as wrong:
            raise ValueError("Write the day as YYYY-MM-DD.") from wrong
        return _within_calendar(day)

    def show(self, value: Any) -> str:
        return str(value.isoformat())


@dataclass(frozen=True)
class Instant(Kind):
    """A moment (RFC 3339), kept in UTC, of the years 1000 to 9998."""

    name: ClassVar[str] = "instant"
    comparison: ClassVar[Comparison] = Comparison.INSTANT

    def column(self) -> TypeEngine[Any]:
        return DateTime(timezone=True)

    def parse(self, value: Any) -> datetime | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text if _DAY.match(text) else "")
        except ValueError as wrong:
            raise ValueError("Write the moment like 2026-05-01T09:30:00Z.") from wrong
        if moment.tzinfo is None:
            raise ValueError("Say the zone too, like 2026-05-01T09:30:00Z.")
        # Bare first: in UTC the ends of the calendar would be beyond it.
        _within_calendar(moment.date())
        return moment.astimezone(UTC)

    def show(self, value: Any) -> str:
        return str(value.astimezone(UTC).isoformat().replace("+00:00", "Z"))


@dataclass(frozen=True)
class TimeZone(Text):
    """A place of the IANA list, e.g. Europe/Berlin."""

    length: int = 64

    def parse(self, value: Any) -> str | None:
        text = super().parse(value)
        if text is not None and text not in _places():
            raise ValueError("Choose a time zone of the IANA list, e.g. Europe/Berlin.")
        return text


@cache
def _places() -> frozenset[str]:
    """What the list names; some of its files say nothing about any place, or only about this host."""
    return frozenset(available_timezones()) - {"Factory", "localtime", "posixrules"}
