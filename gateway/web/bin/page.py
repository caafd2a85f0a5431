"""What was deleted of an entity, with the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, FormText, TheVisit, pages
from gateway.web.record.timeline import who
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import Conflict, Invalid, NotFound, Problem, Refused

router, of_entity = pages(), pages(OF_ENTITY)

PAGE_SIZE = "50"
# What may stand in the way of restoring is told beside the rows; all else has a page of its own.
IN_THE_WAY = (Conflict, Invalid, Refused)


@dataclass(frozen=True, slots=True)
class Binned:
    """One deleted record as its line shows it."""

    id: str
    title: str
    version: int
    deleted_at: str
    deleted_by: str
    erased_from: str


@router.get("/bin")
async def show_first(visit: TheVisit) -> Response:
    """The bin of whatever stands first in it."""
    entities = _with_a_bin(visit)
    if not entities:
        raise NotFound
    return to(f"/{entities[0].slug}/bin")


@of_entity.get("/bin")
async def show_bin(visit: TheVisit) -> Response:
    return await _shown(visit)


@of_entity.post("/{record_id}/restore")
async def restore(visit: TheVisit, record_id: str, version: FormText = "") -> Response:
    entity = _entity(visit)
    seen = int(version) if version.isdecimal() else None
    try:
        await visit.api.restore(entity.slug, record_id, seen)
    except IN_THE_WAY as problem:
        return await _shown(visit, problem)
    told = _("%(label)s was restored.", label=entity.label)
    return to(f"/{entity.slug}/{record_id}", told)


async def _shown(visit: Visit, problem: Problem | None = None) -> Response:
    entity = _entity(visit)
    asked = {"page_size": PAGE_SIZE, "page_token": visit.asked("page_token")}
    page = await visit.api.binned(
        entity.slug, {name: value for name, value in asked.items() if value}
    )
    return visit.page(
        "record/bin.html",
        problem.status if problem else 200,
        entity=entity,
        entities=_with_a_bin(visit),
        rows=await _rows(visit, page["items"]),
        next_token=page.get("page", {}).get("next_page_token", ""),
        problem=problem,
    )


async def _rows(visit: Visit, entries: Sequence[Json]) -> list[Binned]:
    people = {
        each["deleted_by"] for each in entries if not each["deleted_by"].startswith("system:")
    }
    titles = await titles_of(visit.api, {PERSON: people})
    return [
        Binned(
            id=each["id"],
            title=each.get("title") or visit.entity.label,
            version=each["version"],
            deleted_at=each["deleted_at"],
            deleted_by=who(each["deleted_by"], titles),
            erased_from=each["erased_from"],
        )
        for each in entries
    ]


def _with_a_bin(visit: Visit) -> list[Entity]:
    return [each for each in visit.catalog if each.has_bin and each.may("view")]


def _entity(visit: Visit) -> Entity:
    entity = visit.entity
    if not entity.has_bin:
        raise NotFound
    return entity
