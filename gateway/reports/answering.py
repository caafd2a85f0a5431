"""The answer to a report: its figures, their totals, and beside them those of the period before."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date

from gateway.reports.periods import Days, matched
from gateway.reports.question import Json, Question
from kit.errors import Problem

Ask = Callable[[Mapping[str, str]], Awaitable[Json]]
"""Asks the owning service for figures, in the reader's name."""

Key = tuple[tuple[str, str], ...]


async def answered(question: Question, today: date, ask: Ask) -> Json:
    """All that a report says on a day; its totals are reckoned by themselves, since no average adds up."""
    days = question.days(today)
    this, before = days or (None, None)
    asked = [question.asked(this), question.asked(this, grouped=False)]
    if question.compared and before is not None:
        asked += [question.asked(before), question.asked(before, grouped=False)]
    found = await _all(ask, asked)
    told = _told(question, this, *found[:2])
    if this is None or before is None or not found[2:]:
        return told
    earlier = _told(question, before, *found[2:])
    items = list(_placed(question, this, before, earlier["items"]))
    return {**told, "before": {**earlier, "items": items}}


def _placed(question: Question, this: Days, before: Days, items: Sequence[Json]) -> Iterator[Json]:
    """Each figure of the period before with the group of this one beside which it stands.

    Those by days of the period stand in its same place, March beside March; all others are called alike.
    """
    spans = {
        each: matched(each.partition(":")[2], before, this, question.fiscal_start)
        for each in question.group_by
        if each.partition(":")[0] == question.period_field and ":" in each
    }
    for item in items:
        group = item["group"]
        moved = {name: there.get(group.get(name)) for name, there in spans.items()}
        yield {**item, "beside": None if None in moved.values() else {**group, **moved}}


async def _all(ask: Ask, asked: Sequence[Mapping[str, str]]) -> list[Json]:
    """All at once; what went wrong first is what went wrong."""

    async def attempt(question: Mapping[str, str]) -> Json | Problem:
        try:
            return await ask(question)
        except Problem as problem:
            return problem

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(attempt(each)) for each in asked]
    return [_without_problem(task.result()) for task in tasks]


def _without_problem(outcome: Json | Problem) -> Json:
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def _told(question: Question, days: Days | None, figures: Json, totals: Json) -> Json:
    """The figures of one period; totals without records are none, and say so."""
    return {
        "items": figures["items"],
        "totals": totals["items"],
        "capped": figures["capped"],
        "rates": figures.get("rates", []),
        "filter": question.narrowed(days),
        "period": days.json() if days else None,
    }


def by_group(items: Sequence[Json]) -> dict[Key, Json]:
    """Figures of the period before by what is said of those beside which they stand."""
    placed = ((each, each.get("beside", each["group"])) for each in items)
    return {group_key(group): each for each, group in placed if group is not None}


def group_key(group: Mapping[str, str]) -> Key:
    """By what a figure of one period is found again in another."""
    return tuple(sorted(group.items()))
