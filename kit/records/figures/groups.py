"""The keys by which records are grouped, and the filter that lists those behind a group."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, null
from sqlalchemy.dialects.postgresql import array

from kit.entity import Field, Tags
from kit.entity.kinds import Day, Instant
from kit.errors import Invalid
from kit.query.conditions import LISTS
from kit.query.errors import shown
from kit.query.fields import unknown
from kit.records.figures.spans import SPANS, Span, local, span_of

Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Group:
    """One key by which rows are grouped."""

    name: str
    field: str
    expression: ColumnElement[Any]
    span: Span | None = None
    of_tags: bool = False
    stands_for: Mapping[str, Collection[str]] | None = None
    """The stored values behind a value of the group, where it is none of them by itself."""

    def told(self, value: Any) -> str:
        return self.span.called(value) if self.span else str(value)

    def condition(self, value: Any) -> str:
        """The filter that lists the rows of one value."""
        if value is None:
            return f"{self.field} = null"
        if self.span:
            return self._bounds(value, self.span.after(value))
        if self.stands_for and (each := self.stands_for.get(str(value))):
            return f"{self.field} = ({' OR '.join(map(_quoted, sorted(each)))})"
        return f"{self.field}{':' if self.of_tags else ' = '}{_quoted(str(value))}"

    def _bounds(self, first: date, after: date | None) -> str:
        if after is None:
            # By the day before: asyncpg sends the calendar's last day as infinity.
            return f"{self.field} > {first - timedelta(days=1)}"
        return f"{self.field} >= {first} AND {self.field} < {after}"


def group_of(fields: Fields, name: str, zone: str = "UTC", fiscal_start: int = 1) -> Group:
    """A key; the days of a moment are the caller's, as in the filter that lists the rows behind it."""
    bare, _, cut = name.partition(":")
    known = known_among(fields, bare, "group_by")
    if isinstance(known.said.kind, Tags):
        return Group(name, bare, each_of(known.column), of_tags=True)
    if known.kind in LISTS:
        # A record stands under each of its values, and the groups would add up to too much.
        raise Invalid(group_by=f"“{bare}” is a list; filter by one of its values instead.")
    if not cut:
        return Group(name, bare, known.column)
    span = span_of(cut, fiscal_start)
    if span is None or not isinstance(known.said.kind, Day | Instant):
        raise Invalid(group_by=_no_span(known, cut))
    return Group(name, bare, span.cut(local(known, zone)), span)


def each_of(tags: ColumnElement[Any]) -> ColumnElement[Any]:
    """A record stands under each of its tags, as whoever counts by tags expects, or under none."""
    none: Any = array([null()], type_=Text())
    return func.unnest(case((func.cardinality(tags) > 0, tags), else_=none))


def drill(values: Sequence[tuple[Group, Any]], narrowed: str) -> str:
    """The filter that lists the rows behind a figure."""
    parts = [f"({narrowed})"] if narrowed else []
    return " AND ".join([*parts, *(group.condition(value) for group, value in values)])


def known_among(fields: Fields, name: str, where: str) -> Field:
    if name not in fields:
        raise Invalid("", {where: f"{unknown(name, fields)}."})
    return fields[name]


def _no_span(known: Field, cut: str) -> str:
    if isinstance(known.said.kind, Day | Instant):
        return f"“{known.name}” has no {shown(cut)}; group it by {', '.join(SPANS)}."
    return f"“{known.name}” is no day and no moment; group it without “:{cut}”."


def _quoted(value: str) -> str:
    """A value between quotes that the filter takes at its word."""
    taken = re.sub(r'([\\"*])', r"\\\1", value)
    return f'"{taken}"'
