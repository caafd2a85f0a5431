"""What a panel of the first page asks and shows: rows in an order, bars over a reference, or tiles."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit
from gateway.web.home.figures import Figure, chart
from gateway.web.lists.filtering import joined
from gateway.web.lists.page import rows_of
from gateway.web.lists.steps import all_in_order
from gateway.web.words import _
from kit.entity.presentation import Panel as Told
from kit.entity.presentation import Tile

ROWS = 6


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the page; it stands or falls with the service of its entity."""

    entity: Entity
    told: Told

    @property
    def name(self) -> str:
        return self.told.name

    @property
    def template(self) -> str:
        kind = "tiles" if self.told.tiles else "chart" if self.told.bars_over else "rows"
        return f"fragments/panel_{kind}.html"

    @property
    def wide(self) -> bool:
        return bool(self.told.tiles)

    @property
    def href(self) -> str:
        board = self.told.view == "board"
        return f"/{self.entity.slug}" + ("/board" if board else f"?view={self.told.view or 'all'}")

    def within(self, asked: str, *, mine: bool) -> str:
        return joined([asked, self.told.mine if mine else ""])

    def rows_at(self, asked: str) -> str:
        """The list of exactly the rows that a figure counts."""
        return f"/{self.entity.slug}" + (f"?{urlencode({'filter': asked})}" if asked else "")


def panels_of(visit: Visit) -> list[Panel]:
    """What the entities that the person may see put on the page, in their order."""
    offered = [
        Panel(entity, told)
        for entity in visit.catalog
        if entity.may("view")
        for told in entity.shown.panels
    ]
    return sorted(offered, key=lambda panel: panel.told.rank)


async def filled(visit: Visit, panel: Panel, *, mine: bool) -> dict[str, Any]:
    if panel.told.tiles:
        return await _tiles(visit, panel, mine=mine)
    if panel.told.bars_over:
        return await _bars(visit, panel, mine=mine)
    return await _rows(visit, panel, mine=mine)


async def _rows(visit: Visit, panel: Panel, *, mine: bool) -> dict[str, Any]:
    entity, told = panel.entity, panel.told
    params = {"filter": panel.within(told.filter, mine=mine), "order_by": told.order_by}
    asked = {name: value for name, value in params.items() if value}
    page = await visit.api.list(entity.slug, {**asked, "page_size": str(ROWS), **WITH_TITLES})
    fields = [field for name in told.columns if (field := entity.field(name))]
    return {
        "rows": rows_of(entity, fields, page["items"], visit.presenter, titles_in([page])),
        "fields": fields,
    }


async def _bars(visit: Visit, panel: Panel, *, mine: bool) -> dict[str, Any]:
    """One bar for each step; currencies are never added up, the commonest one is drawn."""
    over, sums = panel.entity.field(panel.told.bars_over), panel.entity.field(panel.told.sums)
    steps = visit.catalog.visible(over.target) if over else None
    if not (over and sums and steps):
        return {"chart": chart(_(panel.told.title), []), "totals": []}
    asked = {
        "filter": panel.within(panel.told.filter, mine=mine),
        "group_by": f"{over.name},{sums.currency_field}",
        "measures": f"count,sum({sums.name})",
    }
    answers = await gather(
        {
            "steps": visit.api.list(steps.slug, all_in_order(steps)),
            "figures": visit.api.aggregate(panel.entity.slug, asked),
        }
    )
    items = answer(answers["figures"])["items"]
    totals, main = _by_currency(items, sums)
    drawn = {one["group"].get(over.name): one for one in items if _in(one, sums) == main}
    worth = main if totals.get(main) else None
    bars = [
        _bar(visit, panel, steps.title_of(step), drawn[step["id"]], sums, worth)
        for step in answer(answers["steps"])["items"]
        if step["id"] in drawn
    ]
    shown = [visit.presenter.money(value, each) for each, value in totals.items() if value]
    return {"chart": chart(_(panel.told.title), bars), "totals": shown}


def _by_currency(items: list[Json], sums: Field) -> tuple[dict[str, Decimal], str]:
    """The totals, and the currency that most rows have."""
    totals: dict[str, Decimal] = {}
    counts: Counter[str] = Counter()
    for one in items:
        currency = _in(one, sums)
        totals[currency] = totals.get(currency, Decimal(0)) + _sum_of(one, sums)
        counts[currency] += int(one["measures"]["count"])
    return totals, max(counts, key=lambda each: counts[each], default="")


def _in(one: Json, sums: Field) -> str:
    return str(one["group"].get(sums.currency_field, ""))


def _sum_of(one: Json, sums: Field) -> Decimal:
    return Decimal(one["measures"].get(f"sum({sums.name})") or 0)


def _bar(
    visit: Visit, panel: Panel, title: str, one: Json, sums: Field, currency: str | None
) -> Figure:
    """What a step is worth; where nobody has estimated anything, how many stand in it."""
    rows, count = panel.rows_at(one.get("filter", "")), one["measures"]["count"]
    if currency is None:
        return Figure(title, Decimal(count), str(count), rows)
    amount = _sum_of(one, sums)
    return Figure(title, amount, visit.presenter.money(amount, currency), rows, count)


@dataclass(frozen=True, slots=True)
class Number:
    """One figure; the hint stands under a count for which there is no sum."""

    label: str
    sums: list[str]
    count: int
    href: str
    hint: str


async def _tiles(visit: Visit, panel: Panel, *, mine: bool) -> dict[str, Any]:
    """The few figures of the day, each a link to exactly the rows that it counts."""
    tiles = list(_shown_tiles(panel))
    filters = {tile.label: _tile_filter(visit, panel, tile, mine=mine) for tile in tiles}
    answers = await gather(
        {
            tile.label: visit.api.aggregate(
                panel.entity.slug, _tile_asked(panel, tile, filters[tile.label])
            )
            for tile in tiles
        }
    )
    return {
        "numbers": [
            _number(visit, panel, tile, answer(answers[tile.label])["items"], filters[tile.label])
            for tile in tiles
        ]
    }


def _shown_tiles(panel: Panel) -> Iterator[Tile]:
    """A sum over a field that the person may not see is no figure for him."""
    for tile in panel.told.tiles:
        if not tile.sums or panel.entity.field(tile.sums):
            yield tile


def _tile_filter(visit: Visit, panel: Panel, tile: Tile, *, mine: bool) -> str:
    month = visit.presenter.now().date().replace(day=1).isoformat()
    since = f'{tile.this_month} >= "{month}"' if tile.this_month else ""
    return panel.within(joined([tile.filter, since]), mine=mine)


def _tile_asked(panel: Panel, tile: Tile, within: str) -> dict[str, str]:
    field = panel.entity.field(tile.sums)
    if field is None:
        return {"measures": "count", "filter": within}
    return {
        "group_by": field.currency_field,
        "measures": f"count,sum({tile.sums})",
        "filter": within,
    }


def _number(visit: Visit, panel: Panel, tile: Tile, items: list[Json], within: str) -> Number:
    field, measure = panel.entity.field(tile.sums), f"sum({tile.sums})"
    sums = [
        visit.presenter.money(one["measures"][measure], one["group"].get(field.currency_field))
        for one in items
        if field and one["measures"].get(measure)
    ]
    count = sum(int(one["measures"].get("count") or 0) for one in items)
    return Number(tile.label, sums, count, panel.rows_at(within), tile.hint)
