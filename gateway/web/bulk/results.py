"""One bulk: how far it is, what became of each record, and then doing it, or taking it back."""

from collections.abc import Sequence

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import NotFound

router = pages()

PAGE_SIZE = "50"
STATES = ("changed", "unchanged", "refused")


@router.get("/bulks/{bulk_id}")
async def show(visit: TheVisit, bulk_id: str) -> Response:
    found = await visit.api.bulk(bulk_id)
    state = visit.asked("state") or ("refused" if found["refused"] else "changed")
    if state not in STATES:
        raise NotFound
    asked = {"state": state, "page_size": PAGE_SIZE, "page_token": visit.asked("page_token")}
    rows = await visit.api.bulk_rows(bulk_id, {name: text for name, text in asked.items() if text})
    entity = visit.catalog.by_name(found["entity"])
    return visit.page(
        "bulk/progress.html" if visit.by_htmx else "bulk/show.html",
        entity=entity,
        found=found,
        doing=_label(entity, found["action"]),
        state=state,
        rows=rows["items"],
        titles=await titles_of_rows(visit, found["entity"], rows["items"]),
        next_token=rows.get("page", {}).get("next_page_token", ""),
    )


def _label(entity: Entity | None, action: str) -> str:
    """What is done, as the buttons of its entity say it."""
    verbs = entity.actions if entity else ()
    verb = next((each for each in verbs if each.path == action), None)
    words = {
        "change": _("Change fields"),
        "delete": _("Delete"),
        "restore": _("Restore"),
        "undo": _("Take back"),
    }
    return words.get(action) or (_(verb.label) if verb else action)


async def titles_of_rows(visit: Visit, entity: str, rows: Sequence[Json]) -> dict[str, str]:
    """What the records are called; those out of sight have no name here either."""
    found = await titles_of(visit.api, {entity: {each["record_id"] for each in rows}})
    return {record_id: title for (_entity, record_id), title in found.items()}


@router.post("/bulks/{bulk_id}/run")
async def run(visit: TheVisit, bulk_id: str, key: FormText = "") -> Response:
    """What was tried is done, to the records that were tried."""
    return to(f"/bulks/{(await visit.api.run_bulk(bulk_id, key))['id']}")


@router.post("/bulks/{bulk_id}/undo")
async def undo(visit: TheVisit, bulk_id: str, key: FormText = "") -> Response:
    return to(f"/bulks/{(await visit.api.undo_bulk(bulk_id, key))['id']}")
