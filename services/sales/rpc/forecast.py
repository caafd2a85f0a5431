"""The forecast within the caller's reach: by month, owner and currency."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from typing import Any

from crm.sales.v1 import opportunities_pb2 as pb
from sqlalchemy import ColumnElement, Text, cast, func, or_, select, true

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.entity import Level
from kit.errors import Invalid
from kit.query import parse, to_sql
from kit.records import Process, Said
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of
from services.sales.model.forecasts import counted, due, weighted
from services.sales.model.opportunities import Opportunity
from services.sales.model.stages import Outcome

_GROUPS: Mapping[str, tuple[str, ColumnElement[Any]]] = {
    "month": ("month", func.to_char(due(), "YYYY-MM")),
    "owner": ("owner_id", Opportunity.__table__.c.owner_id),
}
# Each figure with the fields that it gives away.
_FIGURES: Mapping[str, tuple[AbstractSet[str], ColumnElement[Any]]] = {
    "amount": ({"amount", "outcome"}, func.sum(Opportunity.amount)),
    "weighted": (
        {"amount", "probability", "realised_amount", "outcome"},
        func.sum(weighted()).filter(counted()),
    ),
    "realised": (
        {"realised_amount", "outcome"},
        func.sum(Opportunity.realised_amount).filter(Opportunity.outcome == Outcome.WON),
    ),
}
# The day on which a deal counts is made of these.
_DUE = {"expected_close_on", "closed_on", "outcome"}
_ORDER = ("month", "owner_id", "currency")
_YEAR = 12


async def forecast(process: Process, permit: Permit, said: Said) -> pb.ForecastFigures:
    """The figures that are asked for; what is made of a hidden field is left out."""
    fields = Asked(permit)
    groups = _groups(said.group_by, fields.keys())
    columns: dict[str, Any] = {**groups, "currency": Opportunity.currency}
    apart = [due().is_(None).label("undated")] if fields.keys() >= _DUE else []
    figures = {
        name: func.trim_scale(func.coalesce(sum_, 0))
        for name, (needed, sum_) in _FIGURES.items()
        if needed <= fields.keys()
    }
    shown = [cast(each, Text).label(name) for name, each in (columns | figures).items()]
    keys = [*apart, *(columns[name] for name in _ORDER if name in columns)]
    query: Any = (
        select(func.count().label("count"), *apart, *shown)
        .where(reachable(Opportunity, permit.reach(Level.READ), Level.READ))
        .where(_due_within(said, fields.keys()), _hoped_for(fields.keys()))
        .group_by(*keys).order_by(*keys)
    )  # fmt: skip
    if (node := parse(said.filter or "")) is not None:
        query = query.where(to_sql(node, fields, context_of(permit)))
    rows = await process.reader.rows(query)
    return pb.ForecastFigures(items=[_figure(row) for row in rows])


def _groups(wanted: Sequence[str], fields: AbstractSet[str]) -> dict[str, ColumnElement[Any]]:
    """The keys asked for, without those made of what the caller may not see."""
    if odd := set(wanted) - _GROUPS.keys():
        raise Invalid(group_by=f"{min(odd)!r}: take month, owner or both.")
    seen = {"month"} if fields >= _DUE else set()
    seen |= {"owner"} if "owner_id" in fields else set()
    return dict(_GROUPS[name] for name in wanted or _GROUPS if name in seen)


def _due_within(said: Said, fields: AbstractSet[str]) -> ColumnElement[bool]:
    """Deals that count in the months asked for, and, in groups of their own, those without a day.

    All, for whoever may not see the days: what is left out by a day tells something of it.
    """
    if not fields >= _DUE:
        return true()
    first = said.first_day or datetime.now(UTC).date().replace(day=1)
    last = said.last_day or _a_year_on(first)
    if last < first:
        raise Invalid(last_day=f"Take a day on or after the first day, {first}.")
    return or_(due().between(first, last), due().is_(None))


def _hoped_for(fields: AbstractSet[str]) -> ColumnElement[bool]:
    """A lost deal is in no forecast; for whoever may not see how deals end, none is left out."""
    return Opportunity.outcome != Outcome.LOST if "outcome" in fields else true()


def _a_year_on(first: date) -> date:
    """The end of the twelfth month from a day."""
    year, month = divmod(first.year * _YEAR + first.month + _YEAR - 2, _YEAR)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _figure(row: Any) -> pb.ForecastFigure:
    return pb.ForecastFigure(**{name: value for name, value in row.items() if value is not None})
