"""Reports: questions after figures that people keep, for themselves or for others."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Boolean,
    Day,
    EntityName,
    Integer,
    LongText,
    Picklist,
    Presentation,
    Record,
    Text,
    Words,
    field,
)
from kit.errors import Invalid
from kit.query import parse
from kit.query.grammar import LONGEST
from services.identity.model.principals import check_entity

MOST_GROUPS, MOST_MEASURES = 2, 6
_LONGEST_NAME = 160
_FIELD = r"[A-Za-z_][\w.]*"
_GROUP = re.compile(rf"{_FIELD}(:(day|week|month|quarter|year|fiscal_year))?")
_MEASURE = re.compile(rf"count|share|(sum|avg|min|max|median|share)\({_FIELD}\)")


class ReportShape(StrEnum):
    """How the figures are drawn."""

    TABLE = "table"
    BAR = "bar"
    LINE = "line"
    AREA = "area"
    PIE = "pie"
    FUNNEL = "funnel"
    HEAT_MAP = "heat_map"


class Period(StrEnum):
    """Which days count, as seen from the day on which somebody reads."""

    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    THIS_FISCAL_YEAR = "this_fiscal_year"
    LAST_FISCAL_YEAR = "last_fiscal_year"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    LAST_365_DAYS = "last_365_days"


class Report(Record):
    """A question after figures: of which records, in which groups, and what is reckoned."""

    __tablename__ = "report"
    entity = "identity.Report"
    plural = "Reports"
    default_access = "private"
    importable = False
    presentation = Presentation(
        icon="chart-bar",
        area="reports",
        rank=60,
        sought=True,
        order_by="name",
        facts=("entity_name", "shape", "period"),
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(2_000), "Description", listed=True)
    entity_name: Mapped[str] = field(
        EntityName(),
        "Entity",
        listed=True,
        editable=False,
        creatable=True,
        help="Whose records it is about, for example sales.Opportunity.",
    )
    filter: Mapped[str | None] = field(
        LongText(LONGEST), "Filter", help="In the language of lists; empty for all records."
    )
    group_by: Mapped[list[str]] = field(
        Words(_LONGEST_NAME, most=MOST_GROUPS),
        "Group by",
        help="Up to two fields; a day with its span, as in closed_on:month.",
    )
    measures: Mapped[list[str]] = field(
        Words(_LONGEST_NAME, most=MOST_MEASURES),
        "Measures",
        help="For example count, sum(amount) or median(amount).",
    )
    shape: Mapped[str] = field(Picklist(ReportShape), "Shape", initial="table", listed=True)
    period_field: Mapped[str | None] = field(
        Text(_LONGEST_NAME), "Day of the period", help="For example closed_on."
    )
    period: Mapped[str | None] = field(Picklist(Period), "Period")
    compared: Mapped[bool] = field(Boolean(), "Beside the period before", initial=False)
    currency: Mapped[str | None] = field(
        Picklist(CURRENCIES), "Convert to", help="Empty to have each currency for itself."
    )
    rates_on: Mapped[date | None] = field(
        Day(), "Rates of", help="Empty for the rates of the day on which it is read."
    )
    fiscal_start: Mapped[int] = field(
        Integer(low=1, high=12), "Fiscal year begins in month", initial=1
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.measures = self.measures or ["count"]

    def check(self) -> None:
        """What can be known here: whether it can be read. What the fields are, their service knows."""
        check_entity(self.entity_name)
        parse(self.filter or "")
        _check("group_by", self.group_by, _GROUP, "stage_id, or closed_on:month")
        _check("measures", self.measures, _MEASURE, "count, or sum(amount)")
        _check("period_field", filter(None, [self.period_field]), re.compile(_FIELD), "closed_on")
        self._check_period()

    def _check_period(self) -> None:
        if self.period and not self.period_field:
            raise Invalid(period_field="Say by which day the period counts, for example closed_on.")
        if self.compared and not self.period:
            raise Invalid(period="Choose a period: only one that ends has one before it.")


def _check(where: str, names: Iterable[str], fits: re.Pattern[str], example: str) -> None:
    for name in names:
        if not fits.fullmatch(name):
            raise Invalid("", {where: f"{name[:40]!r} cannot be read; write it as in: {example}."})
