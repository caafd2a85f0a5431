"""What is private of an entity: by its owner alone, since nobody else is told what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import NotFound

router, of_entity = pages(), pages(OF_ENTITY)

_SIZE = "50"
_ASKED = ("owner_id", "page_token")


@dataclass(frozen=True, slots=True)
class Kept:
    """One private record as its line shows it."""

    id: str
    owner_id: str
    owner: str
    made_at: str


@router.get("/private")
async def show_first(visit: TheVisit) -> Response:
    """What is private of whatever stands first."""
    entities = _closable(visit)
    if not entities:
        raise NotFound
    return to(f"/{entities[0].slug}/private")


@of_entity.get("/private")
async def show_private(visit: TheVisit) -> Response:
    entity = _entity(visit)
    asked = {name: text for name in _ASKED if (text := visit.asked(name))}
    page = await visit.api.private(entity.slug, {**asked, "page_size": _SIZE})
    rows = await _rows(visit, page["items"])
    return visit.page(
        "private/list.html",
        entity=entity,
        entities=_closable(visit),
        rows=rows,
        owner_id=asked.get("owner_id", ""),
        next_token=page.get("page", {}).get("next_page_token", ""),
    )


@of_entity.post("/{record_id}/lift-privacy")
async def lift(visit: TheVisit, record_id: str) -> Response:
    entity = _entity(visit)
    await visit.api.lift_privacy(entity.slug, record_id)
    told = _("It is private no more. Its history says that you opened it.")
    return to(f"/{entity.slug}/{record_id}", told)


async def _rows(visit: Visit, items: Sequence[Json]) -> list[Kept]:
    titles = await titles_of(visit.api, {PERSON: {each["owner_id"] for each in items}})
    return [
        Kept(
            id=each["id"],
            owner_id=each["owner_id"],
            owner=titles.get((PERSON, each["owner_id"]), _("Somebody")),
            made_at=_made_at(each["id"]),
        )
        for each in items
    ]


def _made_at(record_id: str) -> str:
    """When a record was made, which its id tells: RFC 9562 puts milliseconds into the first 48 bits."""
    return datetime.fromtimestamp((UUID(record_id).int >> 80) / 1000, UTC).isoformat()


def _closable(visit: Visit) -> list[Entity]:
    return [each for each in visit.catalog if each.field("private") and each.shown.area]


def _entity(visit: Visit) -> Entity:
    if not visit.entity.field("private"):
        raise NotFound
    return visit.entity
