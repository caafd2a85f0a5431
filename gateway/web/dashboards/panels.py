"""What the panels of a dashboard show: each asked by itself, so that one that fails leaves the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.reports.question import Json, Question
from gateway.web.frame.gather import gather
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit
from gateway.web.lists.page import rows_of
from gateway.web.reports.page import shown
from gateway.web.reports.reading import Line, read
from gateway.web.views.saved import Saved
from kit.errors import NotFound, Problem

ROWS = 8
LINES = 8
# A panel that takes longer is shown as one that cannot be had right now.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Panel:
    """One panel, filled, or with the problem in its place."""

    kind: str
    title: str
    width: int
    href: str = ""
    problem: Problem | None = None
    found: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """How far a number has come towards its target."""

    target: str
    reached: int
    """In percent."""


async def panels_of(visit: Visit, dashboard: Json) -> list[Panel]:
    lines = list(enumerate(dashboard.get("panels") or ()))
    works = {place: _filled(visit, line) for place, line in lines}
    answers = await gather(works, PATIENCE_SECONDS)
    return [_panel(line, answers[place]) for place, line in lines]


def _panel(line: Json, answer: Panel | Problem) -> Panel:
    if isinstance(answer, Problem):
        return Panel(line["kind"], line.get("title") or "", _width(line), problem=answer)
    return answer


async def _filled(visit: Visit, line: Json) -> Panel:
    return await _FILL[line["kind"]](visit, line)


async def _report(visit: Visit, line: Json) -> Panel:
    report, question = await _asked(visit, line)
    found = shown(visit, await read(visit, question))
    title, href = line.get("title") or report["name"], f"/reports/{report['id']}"
    told = {**found, "question": question, "most": LINES}
    return Panel("report", title, _width(line), href, found=told)


async def _number(visit: Visit, line: Json) -> Panel:
    """The first measure over all records of a report, whatever it is grouped by."""
    report, question = await _asked(visit, line)
    reading = await read(visit, question.ungrouped())
    title, href = line.get("title") or report["name"], f"/reports/{report['id']}"
    told = {"reading": reading, "goals": _goals(visit, line, reading.totals)}
    return Panel("number", title, _width(line), href, found=told)


async def _asked(visit: Visit, line: Json) -> tuple[Json, Question]:
    slug = visit.catalog.by_name("identity.Report")
    if slug is None or not line.get("report_id"):
        raise NotFound
    report = await visit.api.get(slug.slug, line["report_id"])
    return report, Question.read(report)


def _goals(visit: Visit, line: Json, totals: tuple[Line, ...]) -> list[Goal | None]:
    """A target is in the unit of the number; of several currencies it is that of the first alone."""
    if line.get("target") is None:
        return [None for _total in totals]
    target = Decimal(line["target"])
    goals: list[Goal | None] = []
    for place, total in enumerate(totals):
        value = total.figures[0].value or Decimal(0)
        present = visit.presenter
        text = present.money(target, total.currency) if total.currency else present.number(target)
        reached = int(value * 100 / target) if target > 0 else 100
        goals.append(Goal(text, reached) if place == 0 else None)
    return goals


async def _list(visit: Visit, line: Json) -> Panel:
    """The first rows of a saved view, as the list would show them."""
    kept = visit.catalog.by_name("identity.SavedView")
    if kept is None or not line.get("view_id"):
        raise NotFound
    view = await visit.api.get(kept.slug, line["view_id"])
    entity, saved = visit.catalog.visible(view["entity_name"]), Saved.read(view)
    if entity is None:
        raise NotFound
    asked = {"filter": saved.question.filter, "order_by": saved.question.order_by}
    params = {name: value for name, value in asked.items() if value}
    page = await visit.api.list(entity.slug, {**params, "page_size": str(ROWS), **WITH_TITLES})
    fields = [field for name in saved.question.columns if (field := entity.field(name))]
    fields = (fields or entity.listed())[:4]
    rows = rows_of(entity, fields, page["items"], visit.presenter, titles_in([page]))
    title, href = line.get("title") or saved.name, saved.url(entity)
    told = {"of": entity, "rows": rows, "fields": fields}
    return Panel("list", title, _width(line), href, found=told)


def _width(line: Json) -> int:
    return int(line.get("width") or 2)


_FILL = {"report": _report, "number": _number, "list": _list}
