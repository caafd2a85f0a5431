"""How a value reads: dates, numbers and money in the person's locale and zone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal

from gateway.web.api import Json
from gateway.web.described.fields import Field, worded
from gateway.web.words import gettext
from kit.entity.kinds import PERSON
from kit.text.telephone import dialled, readable

NONE = "–"  # noqa: RUF001 - the dash that typography wants
# What the system did by itself, e.g. a campaign's result after a deal was won.
SYSTEM = "Rapport"
THOUSAND = 1_000

Titles = dict[tuple[str, str], str]


class Gone(str):
    """The name of a record that is no longer there: it says what became of it, and leads nowhere."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be shown: its text, what kind of thing it is and where it leads."""

    kind: str
    text: str = ""
    href: str = ""
    tone: str = ""
    parts: tuple["Cell", ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.text and not self.parts


@dataclass(frozen=True)
class Presenter:
    """Presents values for one person."""

    locale: Locale
    zone: ZoneInfo
    slugs: dict[str, str]

    @classmethod
    def of(cls, me: Json, slugs: dict[str, str]) -> "Presenter":
        return cls(_locale(me.get("locale") or ""), _zone(me.get("time_zone") or ""), slugs)

    def cell(self, field: Field, record: Json, titles: Titles) -> Cell:
        value = record.get(field.name)
        if value in (None, "", [], {}):
            return Cell(field.kind)
        if field.kind == "money":
            return Cell("money", self.money(value, record.get(field.currency_field)))
        if field.kind == "rows" and (field.ticked or field.summed):
            return self.matrix(field, record, titles)
        if draw := MANY.get(field.kind):
            return Cell(field.kind, parts=tuple(draw(self, field, value, titles)))
        if field.kind == "reference":
            return self.reference(field.target_in(record), str(value), titles)
        if field.kind == "actor":
            return self.actor(str(value), titles)
        return ONE.get(field.kind, _text)(self, field, value)

    def row(self, field: Field, row: Json, titles: Titles) -> Cell:
        cells = (self.cell(column, row, titles) for column in field.columns)
        return Cell("row", parts=tuple(cell for cell in cells if not cell.empty))

    def matrix(self, field: Field, record: Json, titles: Titles) -> Cell:
        """Yes, no and numbers say nothing without the name above each column; amounts have a sum."""
        # Where rows name no currency, their amounts are in that of the record.
        named = {each.currency_field for each in field.columns if each.currency_field}
        rows = [{name: record.get(name) for name in named} | row for row in record[field.name]]
        lines = (tuple(self.cell(column, row, titles) for column in field.columns) for row in rows)
        heads, sum_ = tuple(column.label for column in field.columns), ""
        if (amount := field.summed) is not None:
            found = sum(filter(None, (_decimal(row.get(amount.name)) for row in rows)))
            sum_ = self.money(str(found), record.get(amount.currency_field))
        parts = tuple(Cell("row", parts=line) for line in lines)
        return Cell("matrix", sum_, heads=heads, parts=parts)

    def reference(self, target: str, record_id: str, titles: Titles) -> Cell:
        title = titles.get((target, record_id))
        kind = "person" if target == PERSON else "reference"
        if title is None:
            return Cell("hidden", gettext("Not visible to you"))
        slug = None if isinstance(title, Gone) else self.slugs.get(target)
        return Cell(kind, title, f"/{slug}/{record_id}" if slug else "")

    def actor(self, name: str, titles: Titles) -> Cell:
        """Persons act under their id, the system under a name that only operators know."""
        if is_person(name):
            return self.reference(PERSON, name, titles)
        return Cell("text", SYSTEM)

    def short_money(self, amount: Any, currency: Any) -> str:
        """About how much: €1.2M; the exact amount stands where there is room."""
        value = _decimal(amount)
        if value is None or not currency:
            return self.number(amount)
        text = format_compact_currency(
            value,
            str(currency),
            locale=self.locale,
            fraction_digits=1 if abs(value) >= THOUSAND else 0,
        )
        return re.sub(r"([A-Za-z])(?=\d)", "\\1\u00a0", text.replace(".0", ""))

    def money(self, amount: Any, currency: Any) -> str:
        value = _decimal(amount)
        if value is None or not currency:
            return self.number(amount)
        whole = value == value.to_integral_value()
        standard = self.locale.currency_formats["standard"].pattern
        pattern = standard.replace(".00", "") if whole else standard
        text = format_currency(
            value, str(currency), pattern, locale=self.locale, currency_digits=False
        )
        # A code of letters needs a space before the digits: RON 12, but €12.
        return re.sub(r"([A-Za-z])(?=\d)", "\\1\u00a0", text)

    def number(self, value: Any) -> str:
        found = _decimal(value)
        return str(value) if found is None else format_decimal(found, locale=self.locale)

    def short_day(self, text: str) -> str:
        """`24 Nov` in this year, with the year in others."""
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            return text
        if day.year != self.now().year:
            return self.day(text)
        return format_skeleton("MMMd", day, locale=self.locale)

    def day(self, text: str) -> str:
        try:
            return format_date(date.fromisoformat(text[:10]), "medium", self.locale)
        except ValueError:
            return text

    def weekday(self, day: date) -> str:
        return format_skeleton("EEEdMMM", day, locale=self.locale)

    def instant(self, text: str) -> str:
        moment = self.local(text)
        if moment is None:
            return text
        day = moment.date()
        named = gettext("Today") if day == self.now().date() else self.day(day.isoformat())
        return f"{named}, {self.time(text)}"

    def time(self, text: str) -> str:
        moment = self.local(text)
        return text if moment is None else format_time(moment, "short", locale=self.locale)

    def ago(self, text: str) -> str:
        """How long ago it was, for what is recent; the day for the rest."""
        moment = self.local(text)
        if moment is None:
            return text
        past = self.now() - moment
        if past > timedelta(days=6):
            return format_date(moment.date(), "medium", self.locale)
        if past < timedelta(minutes=1):
            return gettext("just now")
        return format_timedelta(-past, add_direction=True, format="short", locale=self.locale)

    def local(self, text: str) -> datetime | None:
        """An instant of the API in the person's zone."""
        try:
            return datetime.fromisoformat(text).astimezone(self.zone)
        except ValueError:
            return None

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(self.zone)

    def today(self) -> str:
        return format_date(self.now().date(), "full", self.locale)


def is_person(actor: str) -> bool:
    """Whether an actor is a person, who acts under an id."""
    return re.fullmatch(r"[0-9a-f-]{36}", actor) is not None


def _text(_: Presenter, field: Field, value: Any) -> Cell:
    return Cell(field.kind, str(value))


def _country(present: Presenter, field: Field, value: Any) -> Cell:
    """Countries are kept by their code, and read by their name."""
    return Cell(field.kind, present.locale.territories.get(str(value), str(value)))


def _badge(_: Presenter, field: Field, value: Any) -> Cell:
    chosen = field.option(value)
    return Cell("badge", label_of(field, str(value)), tone=chosen.tone if chosen else "")


def _number(present: Presenter, field: Field, value: Any) -> Cell:
    return Cell(field.kind, present.number(value))


def _references(present: Presenter, field: Field, value: Any, titles: Titles) -> Iterator[Cell]:
    return (present.reference(field.target, str(one), titles) for one in value)


def _words(present: Presenter, field: Field, value: Any, _titles: Titles) -> Iterator[Cell]:
    return (_badge(present, field, word) for word in value)


def _rows(present: Presenter, field: Field, value: Any, titles: Titles) -> Iterator[Cell]:
    return (present.row(field, row, titles) for row in value)


def _custom(_: Presenter, _field: Field, value: Any, _titles: Titles) -> Iterator[Cell]:
    return (Cell("pair", str(text), tone=name) for name, text in value.items())


# How each kind of value reads; every other kind is its own text.
MANY: dict[str, Callable[[Presenter, Field, Any, Titles], Iterator[Cell]]] = {
    "references": _references,
    "words": _words,
    "tags": _words,
    "rows": _rows,
    "custom": _custom,
}
ONE: dict[str, Callable[[Presenter, Field, Any], Cell]] = {
    "picklist": _badge,
    "choice": _badge,
    "boolean": lambda _, __, value: Cell(
        "boolean", "Yes" if value else "No", tone="green" if value else ""
    ),
    "date": lambda present, _, value: Cell("date", present.day(str(value))),
    "instant": lambda present, _, value: Cell("instant", present.instant(str(value))),
    "integer": _number,
    "decimal": _number,
    "country": _country,
    "percent": lambda present, _, value: Cell("percent", f"{present.number(value)} %"),
    "email": lambda _, __, value: Cell("link", str(value), f"mailto:{value}"),
    "phone": lambda _, __, value: Cell("link", readable(str(value)), f"tel:{dialled(str(value))}"),
    "url": lambda _, __, value: Cell("url", str(value).removeprefix("https://"), web(str(value))),
}


def web(address: str) -> str:
    """An address that is safe to follow: only the web, never `javascript:`."""
    return address if address.lower().startswith(("https://", "http://")) else ""


def label_of(field: Field, value: str) -> str:
    known, chosen = field.option(value), field.kind in {"picklist", "choice"}
    return known.label if known else worded(value) if chosen else value


def initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if words[1:] else words)).upper()


def hue(name: str) -> int:
    """One of eight tints, always the same for a name."""
    return sum(name.encode()) % 8


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_")) if name else Locale("en", "GB")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
