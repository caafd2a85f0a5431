"""The answer to a report: its figures, their totals, and beside them those of the period before."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from gateway.reports.periods import Days
from gateway.reports.question import Json, Question
from kit.errors import Problem

Ask = Callable[[Mapping[str, str]], Awaitable[Json]]
"""Asks the owning service for figures, in the reader's name."""


async def answered(question: Question, today: date, ask: Ask) -> Json:
    """All that a report says on a day; its totals are reckoned by themselves, since no average adds up."""
    days = question.days(today)
    this, before = days or (None, None)
    asked = [question.asked(this), question.asked(this, grouped=False)]
    if question.compared and before is not None:
        asked += [question.asked(before), question.asked(before, grouped=False)]
    found = await _all(ask, asked)
    told = _told(question, this, *found[:2])
    return {**told, "before": _told(question, before, *found[2:])} if found[2:] else told


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


def group_key(item: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """By what a figure of one period is found again in another."""
    return tuple(sorted(item["group"].items()))
