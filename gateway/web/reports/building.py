"""What a report may be built of: the fields of an entity as groups, measures and days of a period."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData, QueryParams

from gateway.reports.question import Question
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.lists.filtering import filterable
from gateway.web.reports.groups import SPANS, Grouping
from gateway.web.reports.measuring import KINDS, Measuring
from gateway.web.words import _

MOST_GROUPS, MOST_MEASURES = 2, 6
"""As many as a report takes."""
_OFFERED = 3
SHAPES: Mapping[str, str] = {
    "table": "Table",
    "bar": "Bars",
    "line": "Line",
    "area": "Area",
    "pie": "Pie",
    "funnel": "Funnel",
    "heat_map": "Heat map",
}
PERIODS: Mapping[str, str] = {
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "this_fiscal_year": "This fiscal year",
    "last_fiscal_year": "Last fiscal year",
    "last_7_days": "Last 7 days",
    "last_30_days": "Last 30 days",
    "last_90_days": "Last 90 days",
    "last_365_days": "Last 365 days",
}
_MONTHS = frozenset(map(str, range(1, 13)))
_DAYS = {"date", "instant"}
_FEW = {"picklist", "choice", "boolean", "reference", "country", "year", "tags", "text"}


@dataclass(frozen=True)
class Building:
    """What the form of a report offers."""

    entity: Entity

    @property
    def groups(self) -> list[Grouping]:
        """Fields that many records have in common, and days by each span."""
        return [each for field in filterable(self.entity) for each in self._of(field)]

    def _of(self, field: Field) -> Iterator[Grouping]:
        if field.kind in _DAYS:
            yield from (Grouping(f"{field.name}:{span}", field, span) for span in SPANS)
        elif field.kind in _FEW:
            yield Grouping(field.name, field)

    @property
    def measures(self) -> list[Measuring]:
        numbers = [each for each in filterable(self.entity) if each.numeric]
        of_fields = (
            Measuring(f"{kind}({field.name})", kind, field) for field in numbers for kind in KINDS
        )
        return [Measuring("count", "count"), Measuring("share", "share"), *of_fields]

    def places(self, chosen: Sequence[str]) -> list[str]:
        """The measures chosen, and room for at least one more as long as there is any."""
        room = max(_OFFERED, min(len(chosen) + 1, MOST_MEASURES))
        return [*chosen, *[""] * (room - len(chosen))]

    @property
    def days(self) -> list[Field]:
        return [
            each for each in filterable(self.entity) if each.kind in _DAYS and not each.of_parts
        ]


def asked(given: QueryParams | FormData, entity: str) -> Question:
    """The question as an address or a form says it; what is empty says nothing."""

    def one(name: str) -> str:
        return str(given.get(name) or "").strip()

    def several(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(each) for each in given.getlist(name) if each))

    month = one("fiscal_start")
    return Question(
        entity=entity,
        filter=one("filter"),
        group_by=several("group_by")[:MOST_GROUPS],
        measures=several("measures") or ("count",),
        shape=one("shape") if one("shape") in SHAPES else "table",
        period_field=one("period_field") if one("period") else "",
        period=one("period"),
        compared=bool(one("compared") and one("period")),
        currency=one("currency"),
        rates_on=one("rates_on"),
        fiscal_start=int(month) if month in _MONTHS else 1,
    )


def pairs(question: Question) -> Iterator[tuple[str, str]]:
    """The question as addresses and forms carry it."""
    for name, value in question.json().items():
        if isinstance(value, list):
            yield from ((name, each) for each in value)
        elif value and value is not True:
            yield name, str(value)
        elif value:
            yield name, "1"


def told(question: Question) -> str:
    """The period in words; empty where all days count."""
    return _(PERIODS[question.period]) if question.period in PERIODS else ""
