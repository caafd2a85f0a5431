"""The first page of the day: what is mine, what changed, and the figures."""

from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from gateway.web.frame.gather import gather
from gateway.web.frame.visits import Visit
from gateway.web.home.panels import Panel, filled, panels_of
from gateway.web.pages import TheVisit, pages
from kit.errors import NotFound, Problem

router = pages()

# A panel that takes longer is shown as it was and asks again by itself.
PATIENCE_SECONDS = 2.0
SCOPES = ("mine", "all")
A_YEAR = 31_536_000


def scope_of(visit: Visit) -> str:
    """Whose work the page shows: as chosen last; at first the own, or all for whoever sees all."""
    chosen = visit.asked("scope") or visit.request.cookies.get("home", "")
    narrowed = (panel.entity for panel in panels_of(visit) if panel.told.mine)
    first = next(narrowed, None)
    usual = "all" if first and first.may("view_all") else "mine"
    return chosen if chosen in SCOPES else usual


@router.get("/")
async def show_home(visit: TheVisit) -> Response:
    offered, scope = panels_of(visit), scope_of(visit)
    mine = scope == "mine"
    answers = await gather(
        {panel.name: filled(visit, panel, mine=mine) for panel in offered}, PATIENCE_SECONDS
    )
    # What has something to say comes first, so that the page suits whoever opens it.
    offered.sort(key=lambda panel: _says_nothing(answers[panel.name]))
    panels = [(panel, _drawn(visit, panel, answers[panel.name])) for panel in offered]
    page = visit.page("home.html", panels=panels, scope=scope)
    if visit.asked("scope"):
        page.set_cookie("home", scope, max_age=A_YEAR, samesite="lax", httponly=True)
    return page


def _says_nothing(found: dict[str, Any] | Problem) -> bool:
    if isinstance(found, Problem):
        return False
    drawn = found.get("chart")
    counted = any(number.count for number in found.get("numbers", ()))
    return not (found.get("rows") or (drawn and drawn.bars) or counted)


@router.get("/web/panels/{panel}")
async def show_panel(visit: TheVisit, panel: str) -> Response:
    """One panel again, after its service was stopped."""
    found = next((each for each in panels_of(visit) if each.name == panel), None)
    if found is None:
        raise NotFound
    mine = scope_of(visit) == "mine"
    answers = await gather({panel: filled(visit, found, mine=mine)}, PATIENCE_SECONDS)
    html = _drawn(visit, found, answers[panel])
    return visit.page("fragments/panel.html", panel=found, html=html)


def _drawn(visit: Visit, panel: Panel, found: dict[str, Any] | Problem) -> Markup:
    """The panel's inside; while its service is stopped, the last good copy, greyed and dated."""
    person, render = f"{visit.me['id']}/{scope_of(visit)}", visit.site.templates.render
    if isinstance(found, Problem):
        copy = visit.site.panel_cache.take(person, panel.name)
        stopped = {"panel": panel, "problem": found, "copy": Markup(copy.html) if copy else None}  # noqa: S704 - rendered before
        stopped["minutes"] = copy.minutes if copy else 0
        return Markup(render(["fragments/panel_stopped.html"], stopped))  # noqa: S704 - the template escaped it
    html = render([panel.template], {"panel": panel, "entity": panel.entity, **found})
    visit.site.panel_cache.put(person, panel.name, html)
    return Markup(html)  # noqa: S704 - the template escaped it
