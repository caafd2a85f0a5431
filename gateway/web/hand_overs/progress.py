"""How far every service is with a hand-over, and what became of each record."""

from dataclasses import dataclass

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.bulk.results import PAGE_SIZE, STATES, titles_of_rows
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit
from gateway.web.hand_overs.holdings import decisions_of
from gateway.web.pages import TheVisit, pages
from kit.entity.kinds import PERSON
from kit.errors import NotFound

router = pages("/hand-overs/{record_id}/parts")

_JUST_NOW_SECONDS = 20.0
# A service hears of it in a moment; until then there is nothing to show, and more to wait for.


@dataclass(frozen=True, slots=True)
class Part:
    """What one service does with the records of one entity."""

    entity: str
    label: str
    successor: str
    way: Json
    back: bool


@router.get("")
async def show(visit: TheVisit) -> Response:
    """Asks again every second until nothing is going on any more."""
    decisions = decisions_of(visit)
    if decisions is None:
        raise NotFound
    told = await visit.api.hand_over_parts(visit.record_id)
    record = await visit.api.get(decisions.slug, visit.record_id)
    names = await titles_of(visit.api, {PERSON: {each["successor_id"] for each in told["items"]}})
    parts = [
        _part(visit, each, names.get((PERSON, each["successor_id"]), "")) for each in told["items"]
    ]
    parts.sort(key=lambda each: each.label)
    return visit.page(
        "hand-overs/parts.html" if visit.by_htmx else "hand-overs/progress.html",
        entity=decisions,
        record=record,
        parts=parts,
        stopped=told["stopped"],
        going=_is_going(visit, record, parts),
    )


def _part(visit: Visit, told: Json, successor: str) -> Part:
    entity, back = visit.catalog.by_name(told["entity"]), bool((told.get("back") or {}).get("id"))
    label = entity.plural if entity else told["entity"]
    return Part(told["entity"], label, successor, told["back" if back else "run"], back)


def _is_going(visit: Visit, record: Json, parts: list[Part]) -> bool:
    """Whether a service works on it, or may not have heard of the last word yet."""
    said = record.get("taken_back_at") or record["created_at"]
    moment = visit.presenter.local(said)
    fresh = moment is not None and (
        (visit.presenter.now() - moment).total_seconds() < _JUST_NOW_SECONDS
    )
    turned = not record.get("taken_back_at") or all(each.back for each in parts)
    return any(not each.way.get("ended_at") for each in parts) or (
        fresh and (not parts or not turned)
    )


@router.get("/{name}")
async def show_rows(visit: TheVisit, name: str) -> Response:
    """The records of one entity, by what became of them."""
    entity, decisions = visit.catalog.by_name(name), decisions_of(visit)
    state = visit.asked("state", "refused")
    if entity is None or decisions is None or state not in STATES:
        raise NotFound
    back = visit.asked("back")
    asked = {"state": state, "page_size": PAGE_SIZE, "page_token": visit.asked("page_token")}
    asked |= {"back": "true"} if back else {}
    given = {key: text for key, text in asked.items() if text}
    rows = await visit.api.hand_over_rows(visit.record_id, name, given)
    return visit.page(
        "hand-overs/rows.html",
        entity=entity,
        decisions=decisions,
        record_id=visit.record_id,
        state=state,
        back=back,
        rows=rows["items"],
        titles=await titles_of_rows(visit, name, rows["items"]),
        next_token=rows.get("page", {}).get("next_page_token", ""),
    )
