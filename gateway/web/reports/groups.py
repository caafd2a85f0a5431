"""How what a report is grouped by reads: names for ids, words for choices, months for days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_skeleton

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Presenter, Titles, label_of
from gateway.web.words import _

SPANS: Mapping[str, str] = {
    "day": "by day",
    "week": "by week",
    "month": "by month",
    "quarter": "by quarter",
    "year": "by year",
    "fiscal_year": "by fiscal year",
}
"""Each span with its words."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One thing by which a report is grouped."""

    name: str
    field: Field
    span: str = ""

    @classmethod
    def of(cls, entity: Entity, name: str) -> "Grouping":
        bare, _colon, span = name.partition(":")
        return cls(name, entity.askable(bare) or Field(bare, bare), span)

    @property
    def label(self) -> str:
        return f"{self.field.label}, {_(SPANS[self.span])}" if self.span else self.field.label

    @property
    def by_time(self) -> bool:
        """Whether its values have an order of their own."""
        return bool(self.span) or self.field.kind in {"date", "instant", "year"}

    def says(self, value: str | None, present: Presenter, titles: Titles) -> str:
        """A value of the group as people read it."""
        if value is None:
            return _("Not filled in")
        if self.span:
            return _span_says(self.span, value, present)
        if self.field.kind == "reference":
            return titles.get((self.field.target, value)) or _("Not visible to you")
        if self.field.options:
            return label_of(self.field, value)
        told: Any = value.lower() == "true" if self.field.kind == "boolean" else value
        return present.cell(self.field, {self.field.name: told}, titles).text or value


def _span_says(span: str, value: str, present: Presenter) -> str:
    """Months and days in the words of the reader; the rest is as short as it comes."""
    if span == "day":
        return present.day(value)
    if span == "month":
        return str(
            format_skeleton("yMMM", date.fromisoformat(f"{value}-01"), locale=present.locale)
        )
    return value


def named_in(groups: Iterable[Grouping], items: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """The ids in the groups of some figures, by the entity that they name."""
    wanted: dict[str, set[str]] = {}
    references = [each for each in groups if each.field.kind == "reference" and not each.span]
    for item in items:
        for each in references:
            if found := item["group"].get(each.name):
                wanted.setdefault(each.field.target, set()).add(found)
    return wanted
