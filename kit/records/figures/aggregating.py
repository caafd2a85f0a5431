"""Figures over many records: groups and measures within the caller's reach, money per currency."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crm.v1 import records_pb2 as pb
from sqlalchemy import Select, func, select

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.entity import Level
from kit.entity.kinds import Day
from kit.errors import Invalid
from kit.query import Context, parse, to_sql
from kit.records.figures.groups import Group, drill, group_of
from kit.records.figures.measures import Currencies, Measure, measure_of, reckoned
from kit.records.figures.rates import Rates, rates_on
from kit.records.process import Process
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of
from kit.records.read.parts import over

_MOST = 1_000


async def aggregated(process: Process, permit: Permit, request: pb.AggregateRequest) -> pb.Figures:
    """The figures that a request asks for."""
    fields, context = Asked(permit), context_of(permit)
    measures = [measure_of(fields, name) for name in request.measures or ("count",)]
    groups = [
        group_of(fields, name, permit.zone, request.fiscal_start or 1) for name in request.group_by
    ]
    rates = await _rates(process, context, request, measures)
    currencies = Currencies.of(fields, measures, rates)
    groups = currencies.among(groups)
    node = parse(request.filter)
    narrowed = [] if node is None else [to_sql(node, fields, context)]
    query = _query(permit, fields, groups, measures, currencies).where(*narrowed)
    rows = await process.reader.rows(_in_order(query, len(groups)))
    names = [each.name for each in measures]
    items = [_figure(row, groups, names, request.filter) for row in rows[:_MOST]]
    used = rates.used() if rates else ()
    return pb.Figures(items=items, capped=len(rows) > _MOST, rates=used)


async def _rates(
    process: Process, context: Context, request: pb.AggregateRequest, measures: Sequence[Measure]
) -> Rates | None:
    """The rates of the day that is asked for; none where nothing is money."""
    day = _day(context, request.rates_on)
    if not request.convert_to or not any(each.currency for each in measures):
        return None
    return await rates_on(process, request.convert_to, day)


def _day(context: Context, text: str) -> date:
    try:
        day: date | None = Day().parse(text)
    except ValueError as wrong:
        raise Invalid(rates_on=str(wrong)) from None
    return day or context.now.astimezone(context.zone).date()


def _query(
    permit: Permit,
    fields: Asked,
    groups: Sequence[Group],
    measures: Sequence[Measure],
    currencies: Currencies,
) -> Any:
    record = permit.record
    measured = [each.known for each in measures if each.known]
    source = over(record, [fields[each.field] for each in groups], measured)
    counted = func.count(record.__table__.c.id.distinct()) if source.of_parts else func.count()
    figures = (reckoned(each, counted, currencies) for each in measures)
    keys = [each.expression for each in groups]
    named = (each.label(f"said_{place}") for place, each in enumerate([*keys, *figures]))
    return (
        select(*named)
        .select_from(currencies.joined(source.rows, fields))
        .where(reachable(record, permit.reach(Level.READ), Level.READ), *source.where)
        .group_by(*keys)
    )


def _in_order(query: Select[Any], keys: int) -> Select[Any]:
    """The groups in order, as many as are told; they are reckoned first, and all.

    Told of the limit, PostgreSQL hopes to be done after some of the groups: it walks an index in their
    order, and so each row where it lies, which takes ten times as long as reading the table once.
    """
    if not keys:
        return query
    reckoned_first = query.cte("reckoned").prefix_with("MATERIALIZED")
    return select(reckoned_first).order_by(*list(reckoned_first.c)[:keys]).limit(_MOST + 1)


def _figure(row: Any, groups: Sequence[Group], names: Sequence[str], narrowed: str) -> pb.Figure:
    values = list(zip(groups, row[: len(groups)], strict=True))
    figures = zip(names, row[len(groups) :], strict=True)
    return pb.Figure(
        group={each.name: each.told(value) for each, value in values if value is not None},
        measures={name: str(value) for name, value in figures if value is not None},
        filter=drill(values, narrowed),
    )
