"""The days of a period as seen from today, those of the one before it, and how their parts match."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kit.records.figures.spans import Span, span_of

_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Days:
    """From a first day up to the day before `end`."""

    first: date
    end: date

    def condition(self, field: str) -> str:
        """Those whose day lies in it, in the language of filters."""
        return f"{field} >= {self.first} AND {field} < {self.end}"

    def json(self) -> dict[str, str]:
        return {"first_day": str(self.first), "last_day": str(self.end - timedelta(days=1))}

    def spans(self, span: Span) -> list[str]:
        """What the weeks, months and the like are called in which these days lie, in their order."""
        days = (self.first + timedelta(days=each) for each in range((self.end - self.first).days))
        return list(dict.fromkeys(span.called(span.holding(each)) for each in days))


def matched(name: str, this: Days, before: Days, fiscal_start: int = 1) -> dict[str, str]:
    """By the spans of one period those that stand in the same place of the other: March by March."""
    span = span_of(name, fiscal_start)
    return dict(zip(this.spans(span), before.spans(span), strict=False)) if span else {}


def period_of(name: str, today: date, fiscal_start: int = 1) -> tuple[Days, Days]:
    """The days of a period and those of the one before; a ValueError for a name that is none."""
    relation, _, rest = name.partition("_")
    if rest.endswith("_days"):
        return _rolling(int(rest.removesuffix("_days")), today)
    begins = _counted(rest, today, fiscal_start)
    place = {"this": 0, "last": -1}.get(relation)
    if begins is None or place is None:
        raise ValueError(f"{name!r} is no period.")
    first, end = begins(place), begins(place + 1)
    return Days(first, end), Days(begins(place - 1), first)


def _rolling(days: int, today: date) -> tuple[Days, Days]:
    """Up to today, and as many days before those."""
    end = today + timedelta(days=1)
    first = end - timedelta(days=days)
    return Days(first, end), Days(first - timedelta(days=days), first)


def _counted(span: str, today: date, fiscal_start: int) -> Callable[[int], date] | None:
    """On which day a span begins, by its place from that in which today lies."""
    if span == "week":
        monday = today - timedelta(days=today.weekday())
        return lambda place: monday + timedelta(days=7 * place)
    months = _MONTHS.get(span)
    if months is None:
        return None
    ahead = fiscal_start - 1 if span == "fiscal_year" else 0
    month = today.year * _YEAR + today.month - 1
    first = (month - ahead) // months * months + ahead
    return lambda place: _first_of(first + place * months)


def _first_of(month: int) -> date:
    return date(month // _YEAR, month % _YEAR + 1, 1)
