"""The list of one entity: views, search, filter, columns, order, totals and pages."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.bulk.choosing import choices_for
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.presenting import Cell, Presenter, Titles, label_of
from gateway.web.frame.references import titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.lists.calendar import asked_rows, month_of
from gateway.web.lists.filtering import (
    EMPTY,
    FILLED,
    Condition,
    choosable,
    filterable,
    joined,
    read,
    sortable,
)
from gateway.web.lists.grouping import Group, figures_asked, groupable, sums_of, with_heads
from gateway.web.lists.shapes import lacking_in, shapes_of
from gateway.web.lists.wanted import Wanted
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.views.saved import BOARD, CALENDAR, Saved
from gateway.web.views.tabs import Tabs, tabs_of
from gateway.web.words import _
from kit.errors import Invalid, Problem
from kit.query import parse

router = pages(OF_ENTITY)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a list."""

    record: Json
    title: str
    cells: tuple[Cell, ...]
    # Over the first row of a group.
    group: Group | None = None


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
    wanted = await Wanted.of(visit)
    if wanted.shape == BOARD and wanted.entity.shown.board:
        return to(f"/{wanted.entity.slug}/board?{visit.request.url.query}")
    try:
        # By itself, so that a place in it is counted in what the person wrote.
        parse(wanted.filter)
    except Invalid as problem:
        return _without_rows(visit, wanted, await tabs_of(visit), problem)
    answers = await gather({**_works(visit, wanted), "tabs": tabs_of(visit)})
    tabs = answer(answers["tabs"])
    if _asks_nothing(visit) and tabs.opens_with:
        return _opened(visit, tabs.opens_with)
    try:
        return _with_rows(visit, wanted, tabs, answers)
    except Problem as problem:
        return _without_rows(visit, wanted, tabs, problem)


def _works(visit: Visit, wanted: Wanted) -> dict[str, Awaitable[Any]]:
    slug, money = wanted.entity.slug, wanted.entity.money()
    works: dict[str, Awaitable[Any]] = {"page": visit.api.list(slug, asked_rows(visit, wanted))}
    # Figures know filters only: over a search they would add up rows that are not shown, and over a
    # month those of all others.
    if money and not wanted.search and wanted.shape != CALENDAR:
        works["totals"] = visit.api.aggregate(slug, _totals_asked(wanted, money))
    if wanted.group and not wanted.search:
        asked = figures_asked(wanted.group, money, wanted.all_filters)
        works["groups"] = visit.api.aggregate(slug, asked)
    return works


def _asks_nothing(visit: Visit) -> bool:
    """Whether the address is that of the entity alone, so that the person's default counts."""
    return visit.request.query_params.keys() <= {"notice", "undo"}


def _opened(visit: Visit, saved: Saved) -> Response:
    """The default by an address of its own, with what was to be told."""
    told = visit.request.url.query
    return to(saved.url(visit.entity) + (f"&{told}" if told else ""))


def _with_rows(
    visit: Visit, wanted: Wanted, tabs: Tabs, answers: Mapping[str, Any | Problem]
) -> Response:
    page, money, present = answer(answers["page"]), wanted.entity.money(), visit.presenter
    titles = titles_in([page])
    rows = rows_of(wanted.entity, wanted.fields(), page["items"], present, titles)
    if wanted.group:
        sums = sums_of(wanted.group, money, answers.get("groups"), present)
        rows = with_heads(rows, wanted.group, sums, present, titles)
    found = {
        "rows": rows,
        "page": page.get("page", {}),
        "totals": _totals(answers.get("totals"), money, present),
        "month": month_of(visit, wanted, page),
    }
    return _shown(visit, wanted, tabs, problem=None, **found)


def _without_rows(visit: Visit, wanted: Wanted, tabs: Tabs, problem: Problem) -> Response:
    """The same page with the problem in place of the rows, to be put right there."""
    status = 200 if "filter" in problem.fields else problem.status
    nothing: dict[str, object] = {"rows": [], "page": {}, "totals": [], "month": None}
    return _shown(visit, wanted, tabs, status, problem=problem, **nothing)


def _shown(
    visit: Visit, wanted: Wanted, tabs: Tabs, status: int = 200, **found: object
) -> Response:
    entity = wanted.entity
    return visit.page(
        [f"{entity.slug}/list.html", "record/list.html"],
        status,
        entity=entity,
        wanted=wanted,
        tabs=tabs,
        fields=wanted.fields(),
        choosable=_in_their_order(wanted),
        groupable=[field for field in choosable(entity) if groupable(field)],
        shapes=shapes_of(wanted),
        lacking=lacking_in(wanted),
        choices=choices_for(entity),
        idempotency_key=token_urlsafe(16),
        filterable=filterable(entity),
        sortable=sortable(entity),
        conditions=_chips(wanted),
        **found,
    )


def _in_their_order(wanted: Wanted) -> list[Field]:
    """The columns that are shown first, in their own order, and then the rest."""
    shown = wanted.fields()
    return [*shown, *(field for field in choosable(wanted.entity) if field not in shown)]


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
