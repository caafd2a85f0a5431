"""The pages of reports: choosing of what, building, reading, and keeping."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from starlette.responses import Response

from gateway.reports.question import Json, Question
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import TheVisit, pages
from gateway.web.reports.building import (
    MOST_MEASURES,
    PERIODS,
    SHAPES,
    Building,
    asked,
    pairs,
    told,
)
from gateway.web.reports.drawing import drawing
from gateway.web.reports.heat import heat_map
from gateway.web.reports.reading import Reading, read
from gateway.web.reports.series import drawn
from gateway.web.words import _
from kit.entity.currencies import CURRENCIES
from kit.errors import Denied, NotFound, Problem

REPORT = "identity.Report"
router, of_report = pages("/reports"), pages("/reports/{record_id}")


@router.get("/new")
async def build(visit: TheVisit) -> Response:
    """First of which records; then what the address asks for, as it would look."""
    kept, name = _kept(visit), visit.asked("entity_name")
    if not kept.may("create"):
        raise Denied
    entity = visit.catalog.visible(name) if name else None
    if entity is None:
        offered = [each for each in visit.catalog if each.may("view") and each.shown.area]
        return visit.page("reports/choose.html", entity=kept, offered=offered)
    question = asked(visit.request.query_params, entity.name)
    return await _shown(visit, entity, question, None)


@of_report.get("")
async def show(visit: TheVisit) -> Response:
    """A report as it is kept, or as its address says that it was changed since."""
    report = await visit.api.get(_kept(visit).slug, visit.record_id)
    question = Question.read(report)
    entity = visit.catalog.visible(question.entity)
    if entity is None:
        return visit.page("reports/out_of_sight.html", entity=_kept(visit), report=report)
    if visit.asked("edited"):
        question = asked(visit.request.query_params, question.entity)
    return await _shown(visit, entity, question, report)


@router.post("")
async def keep(visit: TheVisit) -> Response:
    """Keeps a question as a report of the person's own."""
    data = await visit.request.form()
    question = asked(data, str(data.get("entity_name") or ""))
    # Two quick presses make one report.
    key = str(data.get("idempotency_key") or token_urlsafe(16))
    body = {**question.json(), **_named(data), "idempotency_key": key}
    try:
        made = await visit.api.create(_kept(visit).slug, body)
    except Problem as problem:
        return visit.problem(problem)
    return to(f"/reports/{made['id']}", _("“%(name)s” was saved.", name=made["name"]))


@of_report.post("/question")
async def keep_changes(visit: TheVisit) -> Response:
    """Keeps what was changed; the report stays who it is shared with."""
    data = await visit.request.form()
    changed = asked(data, "").json()
    patch = {name: value for name, value in changed.items() if name != "entity_name"}
    version = str(data.get("version") or "")
    try:
        await visit.api.update(
            _kept(visit).slug, visit.record_id, int(version) if version.isdecimal() else 0, patch
        )
    except Problem as problem:
        return visit.problem(problem)
    return to(f"/reports/{visit.record_id}", _("The report was saved."))


async def _shown(visit: Visit, entity: Entity, question: Question, report: Json | None) -> Response:
    """The same page with the problem in place of the figures, to be put right there."""
    problem, found = None, {}
    try:
        reading = await read(visit, question)
        found = shown(visit, reading)
    except Problem as wrong:
        problem = wrong
    return visit.page(
        "reports/show.html",
        200 if problem is None or problem.fields else problem.status,
        entity=_kept(visit),
        of=entity,
        report=report,
        question=question,
        pairs=list(pairs(question)),
        edited=report is not None and question != Question.read(report),
        building=Building(entity),
        most_measures=MOST_MEASURES,
        shapes=SHAPES,
        periods=PERIODS,
        period=told(question),
        currencies=CURRENCIES,
        problem=problem,
        idempotency_key=token_urlsafe(16),
        **found,
    )


def shown(visit: Visit, reading: Reading) -> dict[str, Any]:
    """What of a report is drawn, and what stands in the table."""
    what, shape = drawn(reading), reading.question.shape
    measure = reading.measures[0]
    present, currency = visit.presenter, reading.currency if measure.currency_key else ""
    picture = drawing(shape, what, lambda value: present.short_money(value, currency))
    warm = heat_map(what) if shape == "heat_map" and len(reading.groups) > 1 else None
    return {"reading": reading, "what": what, "drawing": picture, "heat": warm}


def _kept(visit: Visit) -> Entity:
    """The entity of reports, for whoever may have any."""
    if (kept := visit.catalog.visible(REPORT)) is None:
        raise NotFound
    return kept


def _named(data: Mapping[str, Any]) -> Json:
    said = {name: str(data[name]).strip() for name in ("name", "description") if data.get(name)}
    return dict(said)
