"""The first page of the day: what is mine, what changed, and the figures."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.entities import Entity
from gateway.web.figures import Figure, chart
from gateway.web.lists import rows_of
from gateway.web.references import titles_for
from gateway.web.together import answer, together
from gateway.web.visits import Visit
from gateway.web.words import _
from kit.errors import NotFound, Problem

# A panel that takes longer is shown as it was and asks again by itself.
PATIENCE_SECONDS = 2.0
OPEN_TICKETS = '(status = "new" OR status = "open" OR status = "waiting") AND assignee_id = me()'
OPEN = 'outcome = "open"'
MY_OPEN = f"{OPEN} AND owner_id = me()"
SCOPES = ("mine", "all")
A_YEAR = 31_536_000
MY_TODAY = "starts_at >= today() AND starts_at <= today() AND assignee_id = me()"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the page; it stands or falls with one service."""

    name: str
    title: str
    entity: str
    fill: Callable[[Visit, Entity], Awaitable[dict[str, Any]]]
    template: str = "fragments/panel_rows.html"
    href: str = ""
    empty: str = ""
    wide: bool = False


def _rows(
    asked: str, order: str, *names: str
) -> Callable[[Visit, Entity], Awaitable[dict[str, Any]]]:
    async def fill(visit: Visit, entity: Entity) -> dict[str, Any]:
        params = {"filter": _within(visit, asked), "order_by": order, "page_size": "6"}
        page = await visit.api.list(entity.slug, {k: v for k, v in params.items() if v})
        fields = [field for name in names if (field := entity.field(name))]
        titles = await titles_for(visit.api, fields, page["items"])
        rows = rows_of(entity, fields, page["items"], visit.presenter, titles)
        return {"rows": rows, "fields": fields}

    return fill


async def _pipeline(visit: Visit, entity: Entity) -> dict[str, Any]:
    """Open opportunities by stage; currencies are never added up, the commonest one is drawn."""
    asked = {
        "filter": _within(visit, OPEN),
        "group_by": "stage_id,currency",
        "measures": "count,sum(amount)",
    }
    answers = await together(
        {
            "stages": visit.api.list("stages", {"order_by": "position", "page_size": "50"}),
            "figures": visit.api.aggregate(entity.slug, asked),
        }
    )
    items = answer(answers["figures"])["items"]
    sums: dict[str, Decimal] = {}
    counts: Counter[str] = Counter()
    for one in items:
        currency = one["group"].get("currency", "")
        sums[currency] = sums.get(currency, Decimal(0)) + _sum_of(one)
        counts[currency] += int(one["measures"]["count"])
    main = max(counts, key=lambda each: counts[each], default="")
    drawn = {one["group"].get("stage_id"): one for one in items if _in(one, main)}
    stages = [stage for stage in answer(answers["stages"])["items"] if stage["id"] in drawn]
    worth = main if sums.get(main) else None
    figures = [_bar(visit, stage, drawn[stage["id"]], worth) for stage in stages]
    totals = [visit.presenter.money(value, currency) for currency, value in sums.items() if value]
    return {"chart": chart(_("Open opportunities by stage"), figures), "totals": totals}


def _in(one: Json, currency: str) -> bool:
    return bool(one["group"].get("currency", "") == currency)


def _sum_of(one: Json) -> Decimal:
    return Decimal(one["measures"].get("sum(amount)") or 0)


def _bar(visit: Visit, stage: Json, one: Json, currency: str | None) -> Figure:
    """What a stage is worth; where nobody has estimated anything, how many stand in it."""
    rows = f"/opportunities?{urlencode({'filter': one.get('filter', '')})}"
    count = one["measures"]["count"]
    if currency is None:
        return Figure(stage["name"], Decimal(count), str(count), rows)
    amount = _sum_of(one)
    return Figure(stage["name"], amount, visit.presenter.money(amount, currency), rows, count)


async def _numbers(visit: Visit, entity: Entity) -> dict[str, Any]:
    """The few figures of the day; the parts that other services answer may lack."""
    month = visit.presenter.now().date().replace(day=1).isoformat()
    sums = {"group_by": "currency", "measures": "count,sum(amount)"}
    won = {**sums, "measures": "count,sum(realised_amount)"}
    won["filter"] = _within(visit, f'outcome = "won" AND closed_on >= "{month}"')
    late = _within(visit, f"{OPEN} AND expected_close_on < today()")
    mine = scope_of(visit) == "mine"
    answers = await together(
        {
            "open": visit.api.aggregate(entity.slug, {**sums, "filter": _within(visit, OPEN)}),
            "won": visit.api.aggregate(entity.slug, won),
            "late": visit.api.aggregate(entity.slug, {"measures": "count", "filter": late}),
        }
    )
    found = {name: answer(each)["items"] for name, each in answers.items()}
    return {
        "numbers": [
            _number(
                visit,
                "Open pipeline",
                found["open"],
                "sum(amount)",
                f"/opportunities?{urlencode({'filter': MY_OPEN if mine else OPEN})}",
                _("Nobody has estimated their value yet"),
            ),
            _number(
                visit,
                "Won this month",
                found["won"],
                "sum(realised_amount)",
                "/opportunities?view=won",
                _("Without an amount"),
            ),
            _number(
                visit,
                "Past their closing day",
                found["late"],
                "",
                f"/opportunities?{urlencode({'filter': late})}",
                _("Set a new day or close them"),
            ),
        ]
    }


def _number(
    visit: Visit, label: str, items: list[Any], measure: str, href: str, hint: str
) -> dict[str, Any]:
    """One figure; the hint stands under a count for which there is no sum."""
    count = sum(int(one["measures"].get("count") or 0) for one in items)
    sums = [
        visit.presenter.money(one["measures"][measure], one.get("group", {}).get("currency"))
        for one in items
        if one["measures"].get(measure)
    ]
    return {"label": label, "sums": sums, "count": count, "href": href, "hint": hint}


PANELS = (
    Panel("numbers", "Figures", "sales.Opportunity", _numbers,
          "fragments/panel_numbers.html", wide=True),
    Panel(
        "opportunities", "Open opportunities, first to close", "sales.Opportunity",
        _rows(OPEN, "expected_close_on", "name", "stage_id", "amount", "expected_close_on"),
        href="/opportunities?view=mine", empty="There is no open opportunity.",
    ),
    Panel(
        "activities", "My activities today", "scheduling.Activity",
        _rows(MY_TODAY, "starts_at", "name", "type", "starts_at"),
        href="/activities?view=today", empty="Nothing is planned for today.",
    ),
    Panel(
        "pipeline", "Pipeline by stage", "sales.Opportunity", _pipeline,
        "fragments/panel_chart.html", href="/opportunities/board",
    ),
    Panel(
        "tickets", "My tickets", "helpdesk.Ticket",
        _rows(OPEN_TICKETS, "created_at desc", "subject", "priority", "status"),
        href="/tickets?view=assigned", empty="No ticket waits for you.",
    ),
    Panel(
        "accounts", "Recently changed accounts", "parties.Account",
        _rows("", "updated_at desc", "name", "industry", "owner_id"),
        href="/accounts?view=recent", empty="There is no account yet.",
    ),
    Panel(
        "leads", "New leads", "parties.Lead",
        _rows('status = "new"', "created_at desc", "name", "company", "source"),
        href="/leads?view=new", empty="There is no new lead.",
    ),
)  # fmt: skip


def scope_of(visit: Visit) -> str:
    """Whose work the page shows: as chosen last; at first the own, or all for whoever sees all."""
    chosen = visit.asked("scope") or visit.request.cookies.get("home", "")
    deals = visit.catalog.by_name("sales.Opportunity")
    usual = "all" if deals and deals.may("view_all") else "mine"
    return chosen if chosen in SCOPES else usual


def _within(visit: Visit, asked: str) -> str:
    """A condition on opportunities, kept to the own ones unless all are wanted."""
    mine = asked.startswith("outcome") and scope_of(visit) == "mine"
    return f"{asked} AND owner_id = me()" if mine else asked


async def show_home(visit: Visit) -> Response:
    offered = [panel for panel in PANELS if _entity(visit, panel)]
    answers = await together(
        {panel.name: _fill(visit, panel) for panel in offered}, PATIENCE_SECONDS
    )
    # What has something to say comes first, so that the page suits whoever opens it.
    offered.sort(key=lambda panel: _says_nothing(answers[panel.name]))
    panels = [(panel, _drawn(visit, panel, answers[panel.name])) for panel in offered]
    scope = scope_of(visit)
    page = visit.page("home.html", panels=panels, scope=scope)
    if visit.asked("scope"):
        page.set_cookie("home", scope, max_age=A_YEAR, samesite="lax", httponly=True)
    return page


def _says_nothing(found: dict[str, Any] | Problem) -> bool:
    if isinstance(found, Problem):
        return False
    drawn = found.get("chart")
    counted = any(number["count"] for number in found.get("numbers", ()))
    return not (found.get("rows") or (drawn and drawn.bars) or counted)


async def show_panel(visit: Visit) -> Response:
    """One panel again, after its service was stopped."""
    name = visit.request.path_params["panel"]
    panel = next((each for each in PANELS if each.name == name), None)
    if panel is None or not _entity(visit, panel):
        raise NotFound
    answers = await together({panel.name: _fill(visit, panel)}, PATIENCE_SECONDS)
    return visit.page(
        "fragments/panel.html", panel=panel, html=_drawn(visit, panel, answers[panel.name])
    )


def _entity(visit: Visit, panel: Panel) -> Entity | None:
    entity = visit.catalog.by_name(panel.entity)
    return entity if entity and entity.may("view") else None


async def _fill(visit: Visit, panel: Panel) -> dict[str, Any]:
    entity = _entity(visit, panel)
    return await panel.fill(visit, entity) if entity else {}


def _drawn(visit: Visit, panel: Panel, found: dict[str, Any] | Problem) -> Markup:
    """The panel's inside; while its service is stopped, the last good copy, greyed and dated."""
    person, render = f"{visit.me['id']}/{scope_of(visit)}", visit.site.templates.render
    if isinstance(found, Problem):
        copy = visit.site.shelf.take(person, panel.name)
        stopped = {"panel": panel, "problem": found, "copy": Markup(copy.html) if copy else None}  # noqa: S704
        stopped["minutes"] = copy.minutes if copy else 0
        return Markup(render(["fragments/panel_stopped.html"], stopped))  # noqa: S704
    entity = visit.catalog.by_name(panel.entity)
    html = render([panel.template], {"panel": panel, "entity": entity, **found})
    visit.site.shelf.put(person, panel.name, html)
    return Markup(html)  # noqa: S704 - the template escaped it
