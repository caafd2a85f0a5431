"""What a report asks: the question as people keep it, in the words in which figures are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gateway.reports.periods import Days, period_of
from kit.errors import Invalid

Json = dict[str, Any]
TABLE = "table"


@dataclass(frozen=True, slots=True)
class Question:
    """A report without its name: of which records, in which groups, what is reckoned, and how it looks."""

    entity: str
    filter: str = ""
    group_by: Sequence[str] = ()
    measures: Sequence[str] = ("count",)
    shape: str = TABLE
    period_field: str = ""
    period: str = ""
    compared: bool = False
    currency: str = ""
    rates_on: str = ""
    fiscal_start: int = 1

    @classmethod
    def read(cls, report: Mapping[str, Any]) -> "Question":
        """As the API answers a report."""
        return cls(
            entity=report["entity_name"],
            filter=report.get("filter") or "",
            group_by=tuple(report.get("group_by") or ()),
            measures=tuple(report.get("measures") or ()) or ("count",),
            shape=report.get("shape") or TABLE,
            period_field=report.get("period_field") or "",
            period=report.get("period") or "",
            compared=bool(report.get("compared")),
            currency=report.get("currency") or "",
            rates_on=report.get("rates_on") or "",
            fiscal_start=int(report.get("fiscal_start") or 1),
        )

    def json(self) -> Json:
        """As the API takes one."""
        return {
            "entity_name": self.entity,
            "filter": self.filter or None,
            "group_by": list(self.group_by),
            "measures": list(self.measures),
            "shape": self.shape,
            "period_field": self.period_field or None,
            "period": self.period or None,
            "compared": self.compared,
            "currency": self.currency or None,
            "rates_on": self.rates_on or None,
            "fiscal_start": self.fiscal_start,
        }

    def ungrouped(self) -> "Question":
        """The same over all records at once, which is one number of each measure."""
        return replace(self, group_by=())

    def days(self, today: date) -> tuple[Days, Days] | None:
        """The days of the period and of the one before; None where all days count."""
        if not (self.period and self.period_field):
            return None
        try:
            return period_of(self.period, today, self.fiscal_start)
        except (ValueError, OverflowError):
            raise Invalid(period="There is no such period; choose another one.") from None

    def asked(self, days: Days | None, *, grouped: bool = True) -> dict[str, str]:
        """What the figures are asked for, of some days or of all."""
        return dict(self._pairs(days, grouped=grouped))

    def _pairs(self, days: Days | None, *, grouped: bool) -> Iterator[tuple[str, str]]:
        yield "measures", ",".join(self.measures)
        if narrowed := self.narrowed(days):
            yield "filter", narrowed
        if grouped and self.group_by:
            yield "group_by", ",".join(self.group_by)
        if self.currency:
            yield "convert_to", self.currency
        if self.rates_on:
            yield "rates_on", self.rates_on
        yield "fiscal_start", str(self.fiscal_start)

    def narrowed(self, days: Days | None) -> str:
        """The filter of the report and its period, as one that lists their rows."""
        if days is None:
            return self.filter
        own = f"({self.filter}) AND " if self.filter else ""
        return own + days.condition(self.period_field)
