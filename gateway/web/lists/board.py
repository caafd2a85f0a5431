"""A list as a board: a column for each step, its cards moved by mouse, touch, keyboard or form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.presenting import Cell, Presenter, Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.lists.filtering import joined
from gateway.web.lists.shapes import shapes_of
from gateway.web.lists.steps import OPEN, all_in_order
from gateway.web.lists.wanted import Wanted
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.views.built_in import MINE
from gateway.web.words import _
from kit.entity.presentation import Board
from kit.errors import Invalid, NotFound, Problem, Refused

router = pages(OF_ENTITY)

# More would not be looked at on a board; the column's title leads to the whole list.
CARDS = 25
ENDED_CARDS = 8
SCOPES = {"mine": MINE.filter, "all": ""}
Sums = Mapping[str, tuple[int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Card:
    """One record on the board."""

    id: str
    at: str
    title: str
    amount: str
    line: Cell
    person: Cell
    day: str
    late: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One step with its first cards and the figures over all of them."""

    id: str
    title: str
    state: str
    wants_reason: bool
    cards: tuple[Card, ...]
    count: int
    totals: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class Boarded:
    """An entity with its board, and the entity whose records are the columns."""

    entity: Entity
    board: Board
    steps: Entity
    field: Field

    @classmethod
    def of(cls, visit: Visit) -> "Boarded":
        entity = visit.entity
        board = entity.shown.board
        field = entity.field(board.field) if board else None
        steps = visit.catalog.visible(field.target) if field else None
        if not (board and field and steps):
            raise NotFound
        return cls(entity, board, steps, field)

    @property
    def amount(self) -> Field | None:
        return self.entity.field(self.board.amount)


@router.get("/board")
async def show_board(visit: TheVisit) -> Response:
    it, wanted = Boarded.of(visit), await Wanted.of(visit)
    scope = "view" if visit.asked("view") else visit.asked("scope", "mine")
    own = wanted.all_filters if scope == "view" else SCOPES.get(scope, "")
    first = await gather(
        {
            "steps": visit.api.list(it.steps.slug, all_in_order(it.steps)),
            "figures": visit.api.aggregate(it.entity.slug, _figures_asked(it, own)),
        }
    )
    steps = answer(first["steps"])["items"]
    answers = await gather({step["id"]: _cards_of(visit, it, step, own) for step in steps})
    pages = {step["id"]: answer(answers[step["id"]])["items"] for step in steps}
    titles = titles_in(answers.values())
    sums = _sums(it, first["figures"], visit.presenter)
    # What a column leads to asks the same as the board, as a table.
    table = wanted if scope == "view" else _table_of(wanted, scope)
    columns = [_column(visit, it, step, pages[step["id"]], titles, sums, table) for step in steps]
    return visit.page(
        "record/board.html",
        entity=it.entity,
        steps=it.steps,
        field=it.field,
        columns=columns,
        scope=scope,
        wanted=wanted,
        shapes=shapes_of(table, on_board=True),
        back=_back(visit),
    )


def _table_of(wanted: Wanted, scope: str) -> Wanted:
    return replace(wanted, view=MINE.key if SCOPES.get(scope) else "all")


def _back(visit: Visit) -> str:
    query = visit.request.url.query
    return f"/{visit.entity.slug}/board" + (f"?{query}" if query else "")


def _figures_asked(it: Boarded, own: str) -> dict[str, str]:
    groups, measures = [it.field.name], ["count"]
    if it.amount:
        groups.append(it.amount.currency_field)
        measures.append(f"sum({it.amount.name})")
    asked = {"group_by": ",".join(filter(None, groups)), "measures": ",".join(measures)}
    return {**asked, **({"filter": own} if own else {})}


async def _cards_of(visit: Visit, it: Boarded, step: Json, own: str) -> Json:
    ended = step.get(it.board.ends, OPEN) != OPEN
    order = f"{it.board.ended} desc" if ended and it.board.ended else it.board.day
    asked = {
        "filter": joined([f'{it.field.name} = "{step["id"]}"', f"({own})" if own else ""]),
        "order_by": order,
        "page_size": str(ENDED_CARDS if ended else CARDS),
    }
    asked = {name: value for name, value in asked.items() if value}
    return await visit.api.list(it.entity.slug, {**asked, **WITH_TITLES})


def _sums(it: Boarded, figures: Json | Problem, present: Presenter) -> Sums:
    """Count and totals per currency of each step; empty while the figures are not to be had."""
    if isinstance(figures, Problem):
        return {}
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    currency = it.amount.currency_field if it.amount else ""
    for one in figures["items"]:
        step = one["group"].get(it.field.name, "")
        amount = one["measures"].get(f"sum({it.board.amount})")
        count, totals = found.get(step, (0, ()))
        more = (present.short_money(amount, one["group"].get(currency)),) if amount else ()
        found[step] = (count + int(one["measures"]["count"]), totals + more)
    return found


def _column(
    visit: Visit,
    it: Boarded,
    step: Json,
    rows: Sequence[Json],
    titles: Titles,
    sums: Sums,
    table: Wanted,
) -> Column:
    cards = tuple(_card(visit.presenter, it, row, titles) for row in rows)
    count, totals = sums.get(step["id"], (len(cards), ()))
    narrowed = f"({table.filter})" if table.filter else ""
    only = joined([narrowed, f'{it.field.name} = "{step["id"]}"'])
    return Column(
        step["id"],
        it.steps.title_of(step),
        str(step.get(it.board.ends) or OPEN),
        bool(step.get(it.board.wants)),
        cards,
        count,
        totals,
        table.url(shape="table", filter=only),
    )


def _card(present: Presenter, it: Boarded, record: Json, titles: Titles) -> Card:
    board, due = it.board, record.get(it.board.day) or ""
    shown = record.get(board.ended) or due
    is_open = (record.get(board.ends) or OPEN) == OPEN
    return Card(
        record["id"],
        str(record.get(it.field.name) or ""),
        it.entity.title_of(record, titles),
        _cell(present, it, board.amount, record, titles).text,
        _cell(present, it, board.line, record, titles),
        _cell(present, it, board.person, record, titles),
        present.short_day(shown) if shown else "",
        late=is_open and "" < due < present.now().date().isoformat(),
    )


def _cell(present: Presenter, it: Boarded, name: str, record: Json, titles: Titles) -> Cell:
    field = it.entity.field(name)
    return present.cell(field, record, titles) if field else Cell("text")


@router.post("/{record_id}/move")
async def move(visit: TheVisit, record_id: str) -> Response:
    """Moves a card; the board's module wants JSON back, a form wants the board."""
    it, data = Boarded.of(visit), await visit.request.form()
    given = {
        it.field.name: str(data.get("to") or ""),
        it.board.reason: str(data.get("reason") or ""),
    }
    body = {name: value for name, value in given.items() if name and value}
    by_module = "application/json" in visit.request.headers.get("accept", "")
    try:
        await visit.api.verb(it.entity.slug, record_id, it.board.verb, body)
    except (Invalid, Refused) as problem:
        return _not_moved(visit, it, problem, body, by_module=by_module)
    if by_module:
        return JSONResponse({})
    return to(str(data.get("back") or f"/{it.entity.slug}/board"), _("Moved."))


def _not_moved(
    visit: Visit, it: Boarded, problem: Problem, body: Json, *, by_module: bool
) -> Response:
    if by_module:
        wrong = {_input(it, name): text for name, text in problem.fields.items()}
        return JSONResponse({"message": problem.message, "fields": wrong}, problem.status)
    action = next(each for each in it.entity.actions if each.name == it.board.verb)
    query = urlencode({it.field.name: body.get(it.field.name, "")})
    return to(f"{action.url(it.entity.slug, visit.record_id)}?{query}", problem.message)


def _input(it: Boarded, name: str) -> str:
    """The board's module asks again for a reason, whatever the verb calls it."""
    return "reason" if name == it.board.reason else name
