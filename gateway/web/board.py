"""Opportunities as a board: a column for each stage, moved by mouse, touch, keyboard or form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from gateway.web.api import Json
from gateway.web.filtering import joined
from gateway.web.presenting import Cell, Presenter, Titles
from gateway.web.references import titles_for
from gateway.web.together import answer, together
from gateway.web.visits import Visit, to
from gateway.web.words import _
from kit.errors import Invalid, NotFound, Problem, Refused

ENTITY = "sales.Opportunity"
# More would not be looked at on a board; the column's title leads to the whole list.
CARDS = 25
ENDED_CARDS = 8
SCOPES = {"mine": "owner_id = me()", "all": ""}


@dataclass(frozen=True, slots=True)
class Card:
    """One opportunity on the board."""

    record: Json
    title: str
    amount: str
    account: Cell
    owner: Cell
    closes: str
    late: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One stage with its first cards and the figures over all of them."""

    stage: Json
    cards: tuple[Card, ...]
    count: int
    totals: tuple[str, ...]
    href: str


async def show_board(visit: Visit) -> Response:
    entity = visit.catalog.by_name(ENTITY)
    if entity is None or not entity.may("view"):
        raise NotFound
    scope = visit.asked("scope", "mine")
    own = SCOPES.get(scope, "")
    figures = {"group_by": "stage_id,currency", "measures": "count,sum(amount)"}
    first = await together(
        {
            "stages": visit.api.list("stages", {"order_by": "position", "page_size": "50"}),
            "figures": visit.api.aggregate(
                entity.slug, {**figures, **({"filter": own} if own else {})}
            ),
        }
    )
    stages = answer(first["stages"])["items"]
    answers = await together({stage["id"]: _cards_of(visit, stage, own) for stage in stages})
    pages = {stage["id"]: answer(answers[stage["id"]])["items"] for stage in stages}
    titles = await titles_for(
        visit.api, entity.fields, [row for rows in pages.values() for row in rows]
    )
    sums = _sums(first["figures"], visit.presenter)
    columns = [_column(visit, stage, pages[stage["id"]], titles, sums, own) for stage in stages]
    return visit.page("opportunities/board.html", entity=entity, columns=columns, scope=scope)


async def _cards_of(visit: Visit, stage: Json, own: str) -> Json:
    ended = stage.get("outcome", "open") != "open"
    asked = {
        "filter": joined([f'stage_id = "{stage["id"]}"', own]),
        "order_by": "closed_on desc" if ended else "expected_close_on",
        "page_size": str(ENDED_CARDS if ended else CARDS),
    }
    return await visit.api.list("opportunities", asked)


def _sums(figures: Json | Problem, present: Presenter) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Count and totals per currency of each stage; empty while the figures are not to be had."""
    if isinstance(figures, Problem):
        return {}
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for one in figures["items"]:
        stage, amount = one["group"].get("stage_id", ""), one["measures"].get("sum(amount)")
        count, totals = found.get(stage, (0, ()))
        more = (present.short_money(amount, one["group"].get("currency")),) if amount else ()
        found[stage] = (count + int(one["measures"]["count"]), totals + more)
    return found


def _column(
    visit: Visit,
    stage: Json,
    rows: Sequence[Json],
    titles: Titles,
    sums: Mapping[str, tuple[int, tuple[str, ...]]],
    own: str,
) -> Column:
    cards = tuple(_card(visit, row, titles) for row in rows)
    count, totals = sums.get(stage["id"], (len(cards), ()))
    view = "&view=mine" if own else ""
    query = urlencode({"filter": f'stage_id = "{stage["id"]}"'})
    return Column(stage, cards, count, totals, f"/opportunities?{query}{view}")


def _card(visit: Visit, record: Json, titles: Titles) -> Card:
    present, closes = visit.presenter, record.get("expected_close_on") or ""
    account, owner = record.get("account_id"), record.get("owner_id")
    return Card(
        record,
        record.get("name") or "Opportunity",
        present.money(record["amount"], record.get("currency")) if record.get("amount") else "",
        present.reference("parties.Account", account, titles) if account else Cell("reference"),
        present.reference("identity.Person", owner, titles) if owner else Cell("person"),
        present.short_day(record.get("closed_on") or closes)
        if record.get("closed_on") or closes
        else "",
        late=record.get("outcome") == "open" and "" < closes < present.now().date().isoformat(),
    )


async def move(visit: Visit) -> Response:
    """Moves a card; the board's module wants JSON back, a form wants the board."""
    data = await visit.request.form()
    body = {name: str(data[name]) for name in ("stage_id", "reason", "amount") if data.get(name)}
    record_id = visit.record_id
    by_module = "application/json" in visit.request.headers.get("accept", "")
    try:
        await visit.api.verb("opportunities", record_id, "MoveStage", body)
    except (Invalid, Refused) as problem:
        if by_module:
            answered = {"message": problem.message, "fields": dict(problem.fields)}
            return JSONResponse(answered, problem.status)
        return to(
            f"/opportunities/{record_id}/do/move-stage?stage_id={body.get('stage_id', '')}",
            problem.message,
        )
    return (
        JSONResponse({})
        if by_module
        else to(str(data.get("back") or "/opportunities/board"), _("Moved."))
    )
