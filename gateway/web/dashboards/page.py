"""The page of a dashboard, and the ready ones that become one's own."""

from secrets import token_urlsafe

from starlette.responses import Response

from gateway.web.dashboards.panels import panels_of
from gateway.web.dashboards.ready import READY, made_ready
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import FormText, TheVisit, pages
from gateway.web.words import _
from kit.errors import NotFound, Problem

router, of_dashboard = pages("/dashboards"), pages("/dashboards/{record_id}")


@of_dashboard.get("")
async def show(visit: TheVisit) -> Response:
    kept = _kept(visit)
    dashboard = await visit.api.get(kept.slug, visit.record_id)
    panels = await panels_of(visit, dashboard)
    return visit.page("dashboards/show.html", entity=kept, dashboard=dashboard, panels=panels)


@router.get("/ready")
async def offer(visit: TheVisit) -> Response:
    """What there is to begin with, as far as the person may see what it is about."""
    key = token_urlsafe(16)
    return visit.page("dashboards/ready.html", entity=_kept(visit), offered=READY, key=key)


@router.post("/ready")
async def take(visit: TheVisit, name: FormText, key: FormText) -> Response:
    """Makes its reports and the dashboard, all of them the person's own."""
    ready = next((each for each in READY if each.name == name), None)
    if ready is None:
        raise NotFound
    try:
        made = await made_ready(visit, _kept(visit), ready, key)
    except Problem as problem:
        return visit.problem(problem)
    return to(f"/dashboards/{made['id']}", _("It is yours now; change it as you like."))


def _kept(visit: Visit) -> Entity:
    if (kept := visit.catalog.visible("identity.Dashboard")) is None:
        raise NotFound
    return kept
