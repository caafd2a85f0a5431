"""Figures over many records: groups and measures within the caller's reach, money per currency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Any

from crm.v1 import records_pb2 as pb
from sqlalchemy import ColumnElement, Text, case, cast, func, null, select
from sqlalchemy.dialects.postgresql import array

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.entity import Field, Level, Tags
from kit.entity.kinds import Day, Decimals, Instant, Integer, Money
from kit.errors import Invalid
from kit.query import parse, to_sql
from kit.query.conditions import LISTS
from kit.query.errors import shown
from kit.query.fields import unknown
from kit.records.process import Process
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of
from kit.records.read.parts import over

_MOST = 1_000
_MEASURE = re.compile(r"(sum|avg|min|max)\(([\w.]+)\)$")
_SPANS = {"day": "YYYY-MM-DD", "month": "YYYY-MM", "quarter": 'YYYY-"Q"Q', "year": "YYYY"}


@dataclass(frozen=True, slots=True)
class _Group:
    """One key by which rows are grouped."""

    name: str
    field: str
    expression: ColumnElement[Any]
    span: str = ""
    of_tags: bool = False


async def aggregated(process: Process, permit: Permit, request: pb.AggregateRequest) -> pb.Figures:
    """The figures that a request asks for."""
    record, fields = permit.record, Asked(permit)
    context = context_of(permit)
    groups = [_group(fields, name, str(context.zone)) for name in request.group_by]
    asked = [(name, _measure(fields, name)) for name in request.measures or ("count",)]
    groups += _currencies(fields, request.measures, groups)
    source = over(
        record, [fields[each.field] for each in groups], _measured(fields, request.measures)
    )
    counted = func.count(record.__table__.c.id.distinct()) if source.of_parts else func.count()
    measures = [(name, counted if each is None else each) for name, each in asked]
    query = select(*(each.expression for each in groups), *(each for _, each in measures))
    query = query.select_from(source.rows).where(
        reachable(record, permit.reach(Level.READ), Level.READ), *source.where
    )
    node = parse(request.filter)
    if node is not None:
        query = query.where(to_sql(node, fields, context))
    keys = [each.expression for each in groups]
    query = query.group_by(*keys).order_by(*keys).limit(_MOST + 1) if keys else query
    rows = await process.reader.rows(query)
    items = [
        _figure(row, groups, [name for name, _ in measures], request.filter) for row in rows[:_MOST]
    ]
    return pb.Figures(items=items, capped=len(rows) > _MOST)


def _group(fields: Any, name: str, zone: str = "UTC") -> _Group:
    """A key; the days of a moment are the caller's, as in the filter that lists the rows behind it."""
    bare, _, span = name.partition(":")
    known = _known(fields, bare, "group_by")
    if isinstance(known.said.kind, Tags):
        return _Group(name, bare, each_of(known.column), of_tags=True)
    if known.kind in LISTS:
        # A record stands under each of its values, and the groups would add up to too much.
        raise Invalid(group_by=f"“{bare}” is a list; filter by one of its values instead.")
    column = known.column
    if not span:
        return _Group(name, bare, column)
    if span not in _SPANS or not isinstance(known.said.kind, Day | Instant):
        raise Invalid(group_by=_no_span(known, span))
    local = func.timezone(zone, column) if isinstance(known.said.kind, Instant) else column
    return _Group(name, bare, func.to_char(local, _SPANS[span]), span)


def each_of(tags: ColumnElement[Any]) -> ColumnElement[Any]:
    """A record stands under each of its tags, as whoever counts by tags expects, or under none."""
    none: Any = array([null()], type_=Text())
    return func.unnest(case((func.cardinality(tags) > 0, tags), else_=none))


def _no_span(known: Field, span: str) -> str:
    if isinstance(known.said.kind, Day | Instant):
        return f"“{known.name}” has no {shown(span)}; group it by {', '.join(_SPANS)}."
    return f"“{known.name}” is no day and no moment; group it without “:{span}”."


def _measure(fields: Any, name: str) -> ColumnElement[Any] | None:
    """What is reckoned; None for how many records there are."""
    if name == "count":
        return None
    parts = _MEASURE.match(name)
    if parts is None:
        cure = "write count, or sum, avg, min or max of a field, as in sum(amount)"
        raise Invalid(measures=f"{shown(name)} is no measure; {cure}.")
    known = _known(fields, parts[2], "measures")
    numeric = isinstance(known.said.kind, Decimals | Integer)
    if not numeric and not (
        parts[1] in ("min", "max") and isinstance(known.said.kind, Day | Instant)
    ):
        cure = "choose a field that is one, or count"
        raise Invalid(measures=f"“{parts[2]}” is no number and has no {parts[1]}; {cure}.")
    return cast(getattr(func, parts[1])(known.column), Text)


def _measured(fields: Any, measures: Sequence[str]) -> list[Field]:
    return [fields[parts[2]] for name in measures if (parts := _MEASURE.match(name))]


def _currencies(fields: Any, measures: Sequence[str], groups: Sequence[_Group]) -> list[_Group]:
    """Money of two currencies is never added up: its currency becomes a group."""
    kinds = [each.said.kind for each in _measured(fields, measures)]
    wanted = dict.fromkeys(kind.currency for kind in kinds if isinstance(kind, Money))
    grouped = {each.field for each in groups}
    return [_group(fields, name) for name in wanted if name not in grouped]


def _known(fields: Any, name: str, where: str) -> Field:
    if name not in fields:
        raise Invalid("", {where: f"{unknown(name, fields)}."})
    return fields[name]  # type: ignore[no-any-return]  # the fields are any mapping


def _figure(
    row: Any, groups: Sequence[_Group], measures: Sequence[str], narrowed: str
) -> pb.Figure:
    values = list(zip(groups, row[: len(groups)], strict=True))
    return pb.Figure(
        group={each.name: str(value) for each, value in values if value is not None},
        measures={
            name: str(value)
            for name, value in zip(measures, row[len(groups) :], strict=True)
            if value is not None
        },
        filter=_drill(values, narrowed),
    )


def _drill(values: Sequence[tuple[_Group, Any]], narrowed: str) -> str:
    """The filter that lists the rows behind a figure."""
    parts = [f"({narrowed})"] if narrowed else []
    parts += [_bounds(each, value) for each, value in values]
    return " AND ".join(parts)


def _bounds(group: _Group, value: Any) -> str:
    if value is None:
        return f"{group.field} = null"
    if not group.span:
        relation = ":" if group.of_tags else " = "
        return f'{group.field}{relation}"{_verbatim(str(value))}"'
    first, after = _days(group.span, str(value))
    if not after:
        # By the day before: asyncpg sends the calendar's last day as infinity.
        return f"{group.field} > {date.fromisoformat(first) - timedelta(days=1)}"
    return f"{group.field} >= {first} AND {group.field} < {after}"


def _verbatim(value: str) -> str:
    """A value between quotes that the filter takes at its word."""
    return re.sub(r'([\\"*])', r"\\\1", value)


def _days(span: str, value: str) -> tuple[str, str]:
    """The first day of a span and the first day after it, which the calendar's last one has not."""
    if span == "day":
        day = date.fromisoformat(value)
        return value, "" if day == date.max else (day + timedelta(days=1)).isoformat()
    year, _, rest = value.partition("-")
    months = {"year": 12, "quarter": 3, "month": 1}[span]
    first = {"year": 0, "quarter": (int(rest[1:] or 1) - 1) * 3 if span == "quarter" else 0}.get(
        span, int(rest) - 1 if span == "month" else 0
    )
    after = first + months
    following = int(year) + after // 12
    return _month(int(year), first), _month(following, after % 12) if following <= MAXYEAR else ""


def _month(year: int, index: int) -> str:
    return f"{year:04d}-{index + 1:02d}-01"
