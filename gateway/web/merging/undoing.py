"""What was merged into a record, and the way back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Titles
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.merging.page import MENDABLE
from gateway.web.pages import OF_RECORD, FormText, TheVisit, pages
from gateway.web.record.timeline import who
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import NotFound, Problem

router = pages(OF_RECORD)


@dataclass(frozen=True, slots=True)
class Merged:
    """One merge as its line shows it."""

    id: str
    others: Sequence[str]
    at: str
    by: str
    until: str
    undone: str
    left: Sequence[tuple[str, str, str]]
    """What could not follow: what it is, its address, and why."""


@router.get("/merges")
async def show_merges(visit: TheVisit) -> Response:
    return await _shown(visit)


@router.post("/merges")
async def undo_merge(visit: TheVisit, merge_id: FormText = "") -> Response:
    entity = _entity(visit)
    try:
        told = await visit.api.undo_merge(entity.slug, visit.record_id, merge_id)
    except MENDABLE as problem:
        return await _shown(visit, problem)
    return to(f"/{entity.slug}/{visit.record_id}/merges", _said(entity, told))


def _said(entity: Entity, told: Json) -> str:
    """That all stand again, and what stays as somebody left it since."""
    said = _("The merge was taken back.")
    fields = (entity.field(each) for each in told.get("kept", ()))
    if labels := [each.label for each in fields if each]:
        kept = _("Changed since, so kept as they are: %(fields)s.", fields=", ".join(labels))
        said = f"{said} {kept}"
    return said


def _entity(visit: Visit) -> Entity:
    entity = visit.entity
    if not entity.has_duplicates:
        raise NotFound
    return entity


async def _shown(visit: Visit, problem: Problem | None = None) -> Response:
    entity = _entity(visit)
    page = await visit.api.merge_page(entity.slug, visit.record_id)
    record = await visit.api.get(entity.slug, visit.record_id)
    items = page.get("items", ())
    people = {each[name] for each in items for name in ("by", "undone_by") if each.get(name)}
    titles = await titles_of(visit.api, {PERSON: people})
    return visit.page(
        "merging/merges.html",
        problem.status if problem else 200,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        merges=[_merged(visit, each, titles) for each in items],
        problem=problem,
    )


def _merged(visit: Visit, told: Json, titles: Titles) -> Merged:
    undone = ""
    if told.get("undone_at"):
        when, by = visit.presenter.ago(told["undone_at"]), who(told["undone_by"], titles)
        undone = _("Taken back %(when)s by %(who)s", when=when, who=by)
    return Merged(
        told["id"],
        [each.get("title") or visit.entity.label for each in told["others"]],
        told["at"],
        who(told["by"], titles),
        told["until"],
        undone,
        list(_left(visit, told.get("left", ()))),
    )


_WHY = {
    "left": "stays, since the survivor is named there already",
    "changed": "was changed since, and stays",
}


def _left(visit: Visit, told: Sequence[Json]) -> Iterator[tuple[str, str, str]]:
    for each in told:
        entity = visit.catalog.by_name(each["entity"])
        if entity is not None:
            why = _(_WHY.get(str(each["state"]), ""))
            yield entity.label, f"/{entity.slug}/{each['id']}", why
