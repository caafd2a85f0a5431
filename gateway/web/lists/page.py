"""The list of one entity: views, search, filter, columns, order, totals and pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.presenting import Cell, Presenter, Titles, label_of
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.lists.filtering import (
    EMPTY,
    FILLED,
    Condition,
    choosable,
    condition,
    filterable,
    joined,
    operators_of,
    read,
    sortable,
)
from gateway.web.lists.views import view_named, views_of
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.words import _
from kit.entity.presentation import View
from kit.errors import Invalid, Problem
from kit.query import parse

router = pages(OF_ENTITY)

PAGE_SIZE = 50
# More pages back nobody goes one by one; then Back leads to the first.
TRAIL = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks of a list."""

    entity: Entity
    view: str = "all"
    search: str = ""
    filter: str = ""
    order_by: str = ""
    columns: tuple[str, ...] = ()
    page_token: str = ""
    start: int = 1
    trail: tuple[str, ...] = ()

    @classmethod
    def of(cls, visit: Visit) -> "Wanted":
        start = visit.asked("from", "1")
        return cls(
            visit.entity,
            visit.asked("view", "all"),
            visit.asked("q").strip(),
            visit.asked("filter").strip(),
            # The sort menu says the field and the direction apart.
            " ".join(visit.request.query_params.getlist("order_by")).strip(),
            tuple(visit.request.query_params.getlist("columns")),
            visit.asked("page_token"),
            int(start) if start.isdecimal() else 1,
            tuple(visit.request.query_params.getlist("trail")),
        )

    @property
    def chosen_view(self) -> View:
        return view_named(self.entity, self.view)

    @property
    def all_filters(self) -> str:
        """The view's condition and the person's own; neither may change the other's meaning."""
        own = f"({self.filter})" if self.filter and self.chosen_view.filter else self.filter
        return joined([self.chosen_view.filter, own])

    @property
    def order(self) -> str:
        return self.order_by or self.chosen_view.order_by or self.entity.shown.order_by

    def fields(self) -> list[Field]:
        chosen = [field for name in self.columns if (field := self.entity.field(name))]
        return chosen or [*self.entity.listed(), *self._owner()]

    def _owner(self) -> list[Field]:
        owner = self.entity.field("owner_id")
        shown = owner and not owner.listed and self.entity.shown.owned
        return [owner] if owner and shown else []

    def url(self, **changes: object) -> str:
        """The address of this list with something else asked; a change leads to its first page."""
        fresh = {"page_token": "", "start": 1, "trail": (), **changes}
        return replace(self, **fresh).address()  # type: ignore[arg-type]  # the names are ours

    def onward(self, token: str, shown: int) -> str:
        """The next page; tokens lead only forward, so the way back is kept in the address."""
        trail = (*self.trail, self.page_token)[-TRAIL:]
        return self.url(page_token=token, start=self.start + shown, trail=trail)

    def back(self) -> str:
        if not self.trail:
            return self.url()
        *trail, token = self.trail
        start = max(1, self.start - PAGE_SIZE)
        return self.url(page_token=token, start=start if token else 1, trail=tuple(trail))

    def address(self) -> str:
        pairs = [
            ("view", self.view if self.view != "all" else ""),
            ("q", self.search),
            ("filter", self.filter),
            ("order_by", self.order_by),
            *(("columns", name) for name in self.columns),
            ("page_token", self.page_token),
            ("from", str(self.start) if self.start > 1 else ""),
        ]
        asked = [(name, value) for name, value in pairs if value]
        # The first page has no token, and is a step of the way back all the same.
        query = urlencode([*asked, *(("trail", token) for token in self.trail)])
        return f"/{self.entity.slug}" + (f"?{query}" if query else "")

    def params(self) -> dict[str, str]:
        named = {
            "filter": self.all_filters,
            "order_by": self.order,
            "search": self.search,
            "page_token": self.page_token,
        }
        sent = {name: value for name, value in named.items() if value}
        return {**sent, "page_size": str(PAGE_SIZE), "count": "true", **WITH_TITLES}


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a list."""

    record: Json
    title: str
    cells: tuple[Cell, ...]


def rows_of(
    entity: Entity,
    fields: Sequence[Field],
    records: Sequence[Json],
    present: Presenter,
    titles: Titles,
) -> list[Row]:
    return [_row(entity, fields, record, present, titles) for record in records]


def _row(
    entity: Entity, fields: Sequence[Field], record: Json, present: Presenter, titles: Titles
) -> Row:
    title = entity.title_of(record, titles)
    cells = [present.cell(field, record, titles) for field in fields]
    if cells and fields[0].name in entity.shown.named_after:
        cells[0] = Cell("text", title)
    return Row(record, title, tuple(cells))


@router.get("")
async def show_list(visit: TheVisit) -> Response:
    wanted = Wanted.of(visit)
    try:
        # By itself, so that a place in it is counted in what the person wrote.
        parse(wanted.filter)
    except Invalid as problem:
        return _without_rows(visit, wanted, problem)
    works = {"page": visit.api.list(wanted.entity.slug, wanted.params())}
    money = wanted.entity.money()
    # Figures know filters only: over a search they would add up rows that are not shown.
    if money and not wanted.search:
        works["totals"] = visit.api.aggregate(wanted.entity.slug, _totals_asked(wanted, money))
    answers = await gather(works)
    try:
        page = answer(answers["page"])
    except Problem as problem:
        return _without_rows(visit, wanted, problem)
    fields = wanted.fields()
    rows = rows_of(wanted.entity, fields, page["items"], visit.presenter, titles_in([page]))
    totals = _totals(answers.get("totals"), money, visit.presenter)
    return _shown(visit, wanted, rows=rows, page=page.get("page", {}), totals=totals, problem=None)


def _without_rows(visit: Visit, wanted: Wanted, problem: Problem) -> Response:
    """The same page with the problem in place of the rows, to be put right there."""
    status = 200 if "filter" in problem.fields else problem.status
    return _shown(visit, wanted, status, rows=[], page={}, totals=[], problem=problem)


def _shown(visit: Visit, wanted: Wanted, status: int = 200, **found: object) -> Response:
    entity = wanted.entity
    return visit.page(
        [f"{entity.slug}/list.html", "record/list.html"],
        status,
        entity=entity,
        wanted=wanted,
        views=views_of(entity),
        fields=wanted.fields(),
        choosable=choosable(entity),
        filterable=filterable(entity),
        sortable=sortable(entity),
        conditions=_chips(wanted),
        **found,
    )


def _chips(wanted: Wanted) -> list[tuple[str, str]] | None:
    """Each condition as a sentence, with the address of the list without it."""
    found = read(wanted.entity, wanted.filter)
    if found is None:
        return None
    return [
        (sentence(one), wanted.url(filter=joined(other for other in found if other is not one)))
        for one in found
    ]


def sentence(one: Condition) -> str:
    """A condition as people say it: `Amount is at least 1000`."""
    value = "" if one.operator in (EMPTY, FILLED) else label_of(one.field, one.value)
    return f"{one.field.label} {_(one.operator.label)} {value}".strip()


def _totals_asked(wanted: Wanted, money: Field) -> dict[str, str]:
    asked = {"measures": f"count,sum({money.name})"}
    if money.currency_field:
        asked["group_by"] = money.currency_field
    if wanted.all_filters:
        asked["filter"] = wanted.all_filters
    return asked


def _totals(figures: Json | Problem | None, money: Field | None, present: Presenter) -> list[str]:
    if money is None or not figures or isinstance(figures, Problem):
        return []
    sums = [
        (one["measures"].get(f"sum({money.name})"), one.get("group", {}).get(money.currency_field))
        for one in figures["items"]
    ]
    return [present.money(amount, currency) for amount, currency in sums if amount]


@router.get("/filter")
async def add_condition(visit: TheVisit) -> Response:
    """What was chosen in the filter builder becomes part of the list's address."""
    wanted = Wanted.of(visit)
    made = condition(
        wanted.entity, visit.asked("field"), visit.asked("is"), visit.asked("value").strip()
    )
    return to(wanted.url(filter=joined([wanted.filter, made or ""])))


@router.get("/condition")
async def condition_value(visit: TheVisit) -> Response:
    """The operators and the input that suit the field just chosen in the filter builder."""
    field = visit.entity.askable(visit.asked("field")) or visit.entity.fields[0]
    return visit.page(
        "fragments/condition.html",
        entity=visit.entity,
        field=field,
        operators=operators_of(field),
    )
