"""The spans by which days are grouped: how each is cut in SQL, called, and where it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, cast, func, literal_column

from kit.entity import Field
from kit.entity.kinds import Instant

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A length of days that begins anew again and again."""

    name: str
    called: Callable[[date], str]
    days: int = 0
    months: int = 0
    starts: int = 1
    """The month in which it begins, of a year that does not begin with January."""

    def cut(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """The first day of the span in which a day or a local moment lies."""
        if self.starts == 1:
            return cast(func.date_trunc(_word(self.name), moment), Date())
        ahead = func.make_interval(0, self.starts - 1)
        return cast(func.date_trunc(_word("year"), moment - ahead) + ahead, Date())

    def holding(self, day: date) -> date:
        """The same of one day that is known here."""
        if self.days:
            return day - timedelta(days=(day.toordinal() - 1) % self.days)
        ahead = self.starts - 1
        months = (day.year * _MONTHS + day.month - 1 - ahead) // self.months * self.months + ahead
        year, month = divmod(months, _MONTHS)
        return date(year, month + 1, 1)

    def after(self, first: date) -> date | None:
        """The first day after a span, which the calendar's last one has not."""
        if self.days:
            left = (date.max - first).days
            return first + timedelta(days=self.days) if left >= self.days else None
        months = first.year * _MONTHS + first.month - 1 + self.months
        year, month = divmod(months, _MONTHS)
        return date(year, month + 1, 1) if year <= MAXYEAR else None


def span_of(name: str, fiscal_start: int = 1) -> Span | None:
    """The span of that name; a fiscal year begins in a month that the asker says."""
    if name != "fiscal_year" or fiscal_start == 1:
        return SPANS.get(name)
    return Span("fiscal_year", _over_two_years, months=_MONTHS, starts=fiscal_start)


def local(known: Field, zone: str) -> ColumnElement[Any]:
    """The days of a moment are those of whoever asks."""
    if isinstance(known.said.kind, Instant):
        return func.timezone(zone, known.column)
    # Of a bare day PostgreSQL would make a moment in the zone of the connection.
    return cast(known.column, DateTime())


def _word(name: str) -> ColumnElement[Any]:
    return literal_column(f"'{'year' if name == 'fiscal_year' else name}'")


def _week(first: date) -> str:
    year, week, _ = first.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _quarter(first: date) -> str:
    return f"{first.year:04d}-Q{(first.month + 2) // 3}"


def _year(first: date) -> str:
    return f"{first.year:04d}"


def _over_two_years(first: date) -> str:
    return f"{first.year:04d}/{(first.year + 1) % 100:02d}"


SPANS: Mapping[str, Span] = {
    each.name: each
    for each in (
        Span("day", date.isoformat, days=1),
        Span("week", _week, days=7),
        Span("month", lambda first: first.isoformat()[:7], months=1),
        Span("quarter", _quarter, months=3),
        Span("year", _year, months=_MONTHS),
        Span("fiscal_year", _year, months=_MONTHS),
    )
}
