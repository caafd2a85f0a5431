"""Records side by side that become one: whose value survives, and what goes along, before it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.presenting import Cell, Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.merging.moves import Line, lines_of
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.words import _
from kit.errors import Conflict, Denied, Invalid, NotFound, Problem, Refused

router = pages(OF_ENTITY)

LEAST, MOST = 2, 5
_FOUND = "10"
_FROM = "from."
MENDABLE = (Conflict, Denied, Invalid, Refused)


@dataclass(frozen=True, slots=True)
class Side:
    """What one record says in a field, and whether that is what survives."""

    id: str
    cell: Cell
    survives: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field of all records."""

    name: str
    label: str
    sides: Sequence[Side]
    open: bool
    together: bool
    """Whether what survives is made of several."""


@router.get("/merge")
async def show_merge(visit: TheVisit) -> Response:
    ids = _ids(visit.request.query_params.getlist("ids"))
    if len(ids) < LEAST:
        return await _choosing(visit, ids)
    return await _shown(visit, ids, visit.asked("survivor"))


@router.post("/merge")
async def merge(visit: TheVisit) -> Response:
    data, entity = await visit.request.form(), _entity(visit)
    ids, survivor = _ids(data.getlist("ids")), str(data.get("survivor", ""))
    if survivor not in ids:
        raise Invalid(survivor=_("Say which record stays."))
    body = _body(ids, survivor, data) | {"fields": _chosen(data)}
    try:
        await visit.api.merge(entity.slug, survivor, body, _version(data, survivor))
    except MENDABLE as problem:
        return await _shown(visit, ids, survivor, problem)
    told = _("Merged. Whoever kept the address of another one is led here.")
    return to(f"/{entity.slug}/{survivor}", told)


def _entity(visit: Visit) -> Entity:
    entity = visit.entity
    if not entity.merges:
        raise NotFound
    return entity


def _ids(said: Sequence[Any]) -> list[str]:
    """The records, each once, as a list marks them or an address names them."""
    parts = (part.strip() for text in said for part in str(text).split(","))
    return list(dict.fromkeys(filter(None, parts)))


def _body(ids: Sequence[str], survivor: str, data: FormData | Mapping[str, Any]) -> Json:
    others = [{"id": each} for each in ids if each != survivor]
    for each in others:
        if (version := _version(data, each["id"])) is not None:
            each["version"] = version  # type: ignore[assignment]  # what JSON holds
    return {"others": others}


def _version(data: FormData | Mapping[str, Any], id: str) -> int | None:
    said = str(data.get(f"version.{id}", ""))
    return int(said) if said.isdecimal() and len(said) < 10 else None  # noqa: PLR2004 - what int32 holds


def _chosen(data: FormData) -> dict[str, str]:
    """Whose value survives, where that is not the one which would anyhow."""
    said = ((name.removeprefix(_FROM), str(value)) for name, value in data.items())
    return {name: value for name, value in said if value and f"{_FROM}{name}" in data}


async def _choosing(visit: Visit, ids: Sequence[str]) -> Response:
    """The page on which the other record is looked for."""
    entity, search = _entity(visit), visit.asked("q").strip()
    first = await visit.api.get(entity.slug, ids[0], WITH_TITLES) if ids else {}
    found: Sequence[Json] = ()
    if search:
        asked = {"search": search, "page_size": _FOUND, **WITH_TITLES}
        page = await visit.api.list(entity.slug, asked)
        found = [each for each in page["items"] if each["id"] not in ids]
    return visit.page(
        "merging/other.html",
        entity=entity,
        first=first,
        first_title=entity.title_of(first) if first else "",
        search=search,
        found=[(each["id"], entity.title_of(each), _with(entity, ids, each)) for each in found],
    )


def _with(entity: Entity, ids: Sequence[str], other: Json) -> str:
    return f"/{entity.slug}/merge?{urlencode([('ids', each) for each in (*ids, other['id'])])}"


async def _shown(
    visit: Visit, ids: Sequence[str], survivor: str = "", problem: Problem | None = None
) -> Response:
    entity = _entity(visit)
    if len(ids) > MOST:
        raise Invalid(ids=_("Mark at most %(most)s records to merge.", most=MOST))
    kept = survivor if survivor in ids else ids[0]
    records, titles = await _records(visit, ids)
    told: Json = {}
    try:
        asked = {"others": [{"id": each} for each in ids if each != kept], "dry_run": True}
        told = await visit.api.merge(entity.slug, kept, asked)
    except MENDABLE as trouble:
        problem = problem or trouble
    return visit.page(
        "merging/side_by_side.html",
        problem.status if problem else 200,
        entity=entity,
        records=records,
        named={each["id"]: entity.title_of(each, titles) for each in records},
        survivor=kept,
        rows=list(_rows(visit, told.get("fields", ()), records, titles)),
        moves=list(_moves(visit, told)),
        stopped=told.get("stopped", ()),
        problem=problem,
        tried=bool(told),
    )


async def _records(visit: Visit, ids: Sequence[str]) -> tuple[list[Json], Titles]:
    """The records in the order in which they were named; one that is not there is no choice at all."""
    query = {
        "filter": " OR ".join(f'id = "{each}"' for each in ids),
        "page_size": str(len(ids)),
        **WITH_TITLES,
    }
    page = await visit.api.list(visit.entity.slug, query)
    found = {each["id"]: each for each in page["items"]}
    if missing := [each for each in ids if each not in found]:
        raise NotFound(_("One of these records is not there any more: %(id)s", id=missing[0]))
    return [found[each] for each in ids], titles_in([page])


def _rows(
    visit: Visit, told: Sequence[Json], records: Sequence[Json], titles: Titles
) -> Iterator[Row]:
    for each in told:
        field = visit.entity.field(each["field"])
        if field is not None:
            yield _row(visit, each, field, records, titles)


def _row(visit: Visit, told: Json, field: Field, records: Sequence[Json], titles: Titles) -> Row:
    survives = _plain(told.get("survives"))
    said = {id_: _plain(text) for id_, text in told.get("values", {}).items()}
    source = next((each["id"] for each in records if said.get(each["id"]) == survives), "")
    sides = [
        Side(
            each["id"],
            visit.presenter.cell(field, {**each, field.name: said.get(each["id"])}, titles),
            each["id"] == source,
        )
        for each in records
    ]
    together = survives is not None and not source
    # Where all say the same there is nothing to choose.
    differ = len({orjson.dumps(said.get(each["id"])) for each in records}) > 1
    return Row(field.name, field.label, sides, differ and bool(told.get("open")), together)


def _plain(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _moves(visit: Visit, told: Json) -> Iterator[Line]:
    yield from lines_of(visit.catalog, told.get("moves", ()))
