"""A report as it is read: its lines in order with their names, its totals, and by which rates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from gateway.reports.answering import by_group, group_key
from gateway.reports.question import Json, Question
from gateway.web.described.entities import Entity
from gateway.web.frame.gather import attempt
from gateway.web.frame.presenting import Titles
from gateway.web.frame.readers import Reader
from gateway.web.frame.references import titles_of
from gateway.web.lists.steps import all_in_order
from gateway.web.reports.groups import Grouping, named_in
from gateway.web.reports.measuring import Figure, Measuring
from gateway.web.words import _
from kit.errors import NotFound, Problem

# Names of more than these are asked for by nobody who reads.
_MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One group with its figures; all of them lead to the same rows."""

    keys: tuple[str | None, ...]
    labels: tuple[str, ...]
    figures: tuple[Figure, ...]
    href: str
    currency: str = ""

    @property
    def label(self) -> str:
        return " · ".join(self.labels)


@dataclass(frozen=True)
class Reading:
    """Everything that the page of a report shows."""

    entity: Entity
    question: Question
    groups: tuple[Grouping, ...]
    measures: tuple[Measuring, ...]
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    told: Json

    @property
    def compared(self) -> bool:
        return "before" in self.told

    @property
    def currency(self) -> str:
        """The currency of most lines: a drawing has one, and says which."""
        counted = Counter(line.currency for line in self.lines if line.currency)
        return counted.most_common(1)[0][0] if counted else ""

    @property
    def others(self) -> list[str]:
        """The currencies that a drawing leaves to the table."""
        return sorted({line.currency for line in self.lines} - {self.currency, ""})

    @property
    def rates(self) -> list[Json]:
        """The rates of the currencies that people keep amounts in here, without the one wanted."""
        wanted = self.question.currency
        return [each for each in self.told["rates"] if each["currency"] != wanted]

    @property
    def rates_day(self) -> str:
        """For which day the rates were asked: that of one euro, which is always worth itself."""
        return next((each["day"] for each in self.told["rates"] if each["rate"] == "1"), "")


async def read(reader: Reader, question: Question) -> Reading:
    """The answer to a question, in the words of whoever asks it."""
    entity = reader.catalog.visible(question.entity)
    if entity is None:
        raise NotFound
    told = await reader.api.report(question)
    groups = tuple(Grouping.of(entity, name) for name in question.group_by)
    measures = tuple(Measuring.of(entity, name) for name in question.measures)
    titles, order = await _named(reader, groups, told["items"])
    making = _Making(reader, entity, groups, measures, titles)
    lines = _in_order(making.lines(told, "items"), groups, order)
    return Reading(entity, question, groups, measures, lines, making.lines(told, "totals"), told)


async def _named(
    reader: Reader, groups: Sequence[Grouping], items: Sequence[Json]
) -> tuple[Titles, Mapping[str, int]]:
    """The names of what is grouped by; the organisation's own settings come in their order."""
    wanted = named_in(groups, items)
    order: dict[str, int] = {}
    few = {entity: set(sorted(ids)[:_MOST_NAMED]) for entity, ids in wanted.items()}
    for name in few:
        target = reader.catalog.visible(name)
        if target is not None and not target.shown.owned and target.shown.order_by:
            page = await attempt(reader.api.list(target.slug, all_in_order(target)))
            listed = [] if isinstance(page, Problem) else page["items"]
            order |= {each["id"]: place for place, each in enumerate(listed)}
    return await titles_of(reader.api, few), order


@dataclass(frozen=True)
class _Making:
    """What makes lines of figures."""

    reader: Reader
    entity: Entity
    groups: tuple[Grouping, ...]
    measures: tuple[Measuring, ...]
    titles: Titles

    def lines(self, told: Json, part: str) -> tuple[Line, ...]:
        grouped = part == "items"
        before = by_group(told["before"][part]) if "before" in told else None
        return tuple(self._line(each, before, grouped=grouped) for each in told[part])

    def _line(self, item: Json, before: Mapping[Any, Json] | None, *, grouped: bool) -> Line:
        present, groups = self.reader.presenter, self.groups if grouped else ()
        keys = tuple(item["group"].get(each.name) for each in groups)
        said = (
            each.says(key, present, self.titles) for each, key in zip(groups, keys, strict=True)
        )
        was = None if before is None else before.get(group_key(item["group"]), {"measures": {}})
        money = next((each.currency_key for each in self.measures if each.currency_key), "")
        return Line(
            keys,
            tuple(said) if grouped else (_("In all"),),
            tuple(each.figure(item, was, present) for each in self.measures),
            f"/{self.entity.slug}?{urlencode({'view': 'all', 'filter': item['filter']})}",
            item["group"].get(money, "") if money else "",
        )


def _in_order(
    lines: Sequence[Line], groups: Sequence[Grouping], order: Mapping[str, int]
) -> tuple[Line, ...]:
    """By time or by their own order where they have one, else the largest first."""
    if not groups or groups[0].by_time:
        return tuple(lines)
    if any(line.keys[0] in order for line in lines):
        return tuple(sorted(lines, key=lambda line: order.get(line.keys[0] or "", len(order))))
    sums: dict[str | None, Decimal] = {}
    for line in lines:
        sums[line.keys[0]] = sums.get(line.keys[0], Decimal(0)) + (
            line.figures[0].value or Decimal(0)
        )
    return tuple(sorted(lines, key=lambda line: (-sums[line.keys[0]], line.labels[0])))
