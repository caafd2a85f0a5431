"""Pairs of records that may be the same, side by side, with the word that they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.references import WITH_TITLES, titles_in, titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, FormText, TheVisit, pages
from gateway.web.record.timeline import who
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import NotFound

router = pages(OF_ENTITY)

PAGE_SIZE = "10"
_MOST_FACTS = 5
_REACH = ("email", "phone", "url")


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair, with the facts by which people tell it from the other."""

    id: str
    title: str
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records side by side, and why they stand there."""

    sides: tuple[Side, Side]
    likelihood: int
    rules: Sequence[str]
    apart_by: str
    apart_at: str


@router.get("/duplicates")
async def show_pairs(visit: TheVisit) -> Response:
    entity, apart = _entity(visit), visit.asked("apart") == "1"
    asked = {"page_size": PAGE_SIZE, "page_token": visit.asked("page_token")}
    asked |= {"apart": "true"} if apart else {}
    page = await visit.api.duplicate_page(entity.slug, {k: v for k, v in asked.items() if v})
    facts = _facts(entity)
    return visit.page(
        "duplicates/pairs.html",
        entity=entity,
        entities=[each for each in visit.catalog if each.has_duplicates and each.may("view")],
        facts=facts,
        pairs=await _pairs(visit, facts, page["items"]),
        apart=apart,
        comparing=page.get("comparing", False),
        next_token=page.get("page", {}).get("next_page_token", ""),
    )


@router.post("/duplicates")
async def tell_apart(
    visit: TheVisit, first: FormText = "", second: FormText = "", apart: FormText = "1"
) -> Response:
    entity, said = _entity(visit), apart == "1"
    await visit.api.tell_apart(entity.slug, first, {"other_id": second, "apart": said})
    if said:
        return to(f"/{entity.slug}/duplicates", _("They are told apart from now on."))
    return to(f"/{entity.slug}/duplicates?apart=1", _("They may be the same again."))


def _facts(entity: Entity) -> list[Field]:
    """What the page of a record says under its title, and by what one reaches whom it is about."""
    own = [each for each in entity.fields if each.kind in _REACH]
    shown = [each for name in entity.shown.facts if (each := entity.field(name))]
    return list({each.name: each for each in (*shown, *own)}.values())[:_MOST_FACTS]


async def _pairs(visit: Visit, facts: Sequence[Field], items: Sequence[Json]) -> list[Pair]:
    records, titles = await _records(visit, facts, items)
    people = await titles_of(visit.api, {PERSON: {each.get("apart_by") or "" for each in items}})

    def side(told: Json) -> Side:
        record = records.get(told["id"], {})
        cells = [visit.presenter.cell(field, record, titles) for field in facts]
        return Side(told["id"], told["title"] or visit.entity.label, cells)

    return [
        Pair(
            (side(each["first"]), side(each["second"])),
            each["likelihood"],
            each["rules"],
            who(each["apart_by"], people) if each.get("apart_by") else "",
            each.get("apart_at", ""),
        )
        for each in items
    ]


async def _records(
    visit: Visit, facts: Sequence[Field], items: Sequence[Json]
) -> tuple[dict[str, Json], Any]:
    """All that stand on the page, asked for at once."""
    ids = {side["id"] for each in items for side in (each["first"], each["second"])}
    if not ids:
        return {}, {}
    names = (
        "id",
        *(each.name for each in facts),
        *filter(None, (each.currency_field for each in facts)),
    )
    query = {
        "filter": " OR ".join(f'id = "{each}"' for each in sorted(ids)),
        "fields": ",".join(dict.fromkeys(names)),
        "page_size": str(len(ids)),
        **WITH_TITLES,
    }
    page = await visit.api.list(visit.entity.slug, query)
    return {each["id"]: each for each in page["items"]}, titles_in([page])


def _entity(visit: Visit) -> Entity:
    entity = visit.entity
    if not entity.has_duplicates:
        raise NotFound
    return entity
