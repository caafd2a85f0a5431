"""What is reckoned over the records of a group, and how money comes into one currency or stays apart."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, literal_column
from sqlalchemy.sql.selectable import Values

from kit.entity import Field
from kit.entity.kinds import Day, Decimals, Instant, Integer, Money
from kit.errors import Invalid
from kit.query.errors import shown
from kit.records.figures.groups import Fields, Group, group_of, known_among
from kit.records.figures.rates import Rates

_MEASURE = re.compile(r"(sum|avg|min|max|median|share)\(([\w.]+)\)$")
_HALF: ColumnElement[Any] = literal_column("0.5")


@dataclass(frozen=True)
class Measure:
    """One figure of each group: how many records there are, where it is of no field."""

    name: str
    how: str
    known: Field | None = None
    currency: str = ""
    """The field that says in which currency its amounts are; empty for what is no money."""


def measure_of(fields: Fields, name: str) -> Measure:
    """What is to be reckoned."""
    if name in ("count", "share"):
        return Measure(name, name)
    parts = _MEASURE.match(name)
    if parts is None:
        cure = "write count or share, or sum, avg, min, max, median or share of a field, as in sum(amount)"
        raise Invalid(measures=f"{shown(name)} is no measure; {cure}.")
    how, known = parts[1], known_among(fields, parts[2], "measures")
    numeric = isinstance(known.said.kind, Decimals | Integer)
    if not numeric and not (how in ("min", "max") and isinstance(known.said.kind, Day | Instant)):
        cure = "choose a field that is one, or count"
        raise Invalid(measures=f"“{parts[2]}” is no number and has no {how}; {cure}.")
    return Measure(name, how, known, _currency_of(known))


def _currency_of(known: Field) -> str:
    """The field with the currency: of the same record, and of lines that of their whole."""
    kind = known.said.kind
    if not isinstance(kind, Money):
        return ""
    head = known.name.rpartition(".")[0] if known.path and not known.path.many else ""
    return f"{head}.{kind.currency}" if head else kind.currency


@dataclass(frozen=True)
class Currencies:
    """The currencies of what is measured: each a group, or all of them one by rates that are joined."""

    groups: Mapping[str, Group]
    rates: Rates | None
    tables: Mapping[str, Values]

    @classmethod
    def of(cls, fields: Fields, measures: Sequence[Measure], rates: Rates | None) -> "Currencies":
        """Money of two currencies is never added up: its currency becomes a group."""
        names = dict.fromkeys(each.currency for each in measures if each.currency)
        groups = {name: group_of(fields, name) for name in names}
        if rates is None:
            return cls(groups, None, {})
        choices = {name: fields[name].choices for name in names}
        tables = {
            name: rates.table(f"rates_{place}", choices[name]) for place, name in enumerate(names)
        }
        converted = {
            name: _converted(group, tables[name], rates, choices[name])
            for name, group in groups.items()
        }
        return cls(converted, rates, tables)

    def among(self, groups: Sequence[Group]) -> list[Group]:
        """The groups with the currencies; one that was asked for by itself is that of the figures."""
        asked = {each.field for each in groups}
        named = [self.groups.get(each.field, each) for each in groups]
        return [*named, *(each for name, each in self.groups.items() if name not in asked)]

    def joined(self, rows: Any, fields: Fields) -> Any:
        """The rows, each beside the factor of its currency where that has one."""
        for name, table in self.tables.items():
            rows = rows.outerjoin(table, table.c.currency == fields[name].column)
        return rows

    def amount(self, measure: Measure) -> ColumnElement[Any]:
        """What is measured, in the currency of the figure."""
        assert measure.known is not None  # noqa: S101 - what is of no field is counted
        table = self.tables.get(measure.currency)
        if table is None:
            return measure.known.column
        return measure.known.column * func.coalesce(table.c.factor, literal_column("1"))

    def rounded(self, figure: ColumnElement[Any], apart: Group | None) -> ColumnElement[Any]:
        """To the smallest unit where it was converted; what stayed in its own currency is exact."""
        if self.rates is None or apart is None:
            return figure
        converted = apart.expression == self.rates.target
        return case((converted, func.round(figure, self.rates.places)), else_=figure)


def _converted(group: Group, table: Values, rates: Rates, choices: Collection[str]) -> Group:
    """What has a rate is of the currency wanted; what has none stays what it is."""
    target, stored = literal(rates.target, Text()), group.expression
    wanted = case((table.c.factor.is_not(None), target), else_=stored)
    return replace(group, expression=wanted, stands_for={rates.target: rates.of(choices)})


def reckoned(
    measure: Measure, counted: ColumnElement[Any], currencies: Currencies
) -> ColumnElement[Any]:
    """The figure as SQL, as text: exact, and rounded only where it was converted or is a share."""
    if measure.how == "count":
        return counted
    if measure.known is None:
        return _share(counted, None)
    apart = currencies.groups.get(measure.currency)
    amount = currencies.amount(measure)
    if measure.how == "share":
        return _share(func.sum(amount), apart)
    figure = _median(amount) if measure.how == "median" else getattr(func, measure.how)(amount)
    return cast(currencies.rounded(figure, apart), Text)


def _share(part: ColumnElement[Any], apart: Group | None) -> ColumnElement[Any]:
    """Of all groups together, those of one currency for themselves."""
    whole = func.sum(part).over(partition_by=[apart.expression] if apart else None)
    return cast(func.round(part * literal_column("100.0") / func.nullif(whole, 0), 2), Text)


def _median(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """Exact, by the two in the middle: what PostgreSQL interpolates is a float."""
    lower, upper = (
        func.percentile_disc(_HALF).within_group(order) for order in (amount.asc(), amount.desc())
    )
    return func.trim_scale((lower + upper) / literal_column("2.0"))
