"""Who a record might be while somebody types it: a fragment beneath the head of its form."""

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.forms.form import read_form
from gateway.web.forms.page import editable
from gateway.web.frame.visits import Visit
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from kit.errors import Invalid, NotFound

router = pages(OF_ENTITY)


@router.post("/match")
async def show_matches(visit: TheVisit) -> Response:
    """What is typed so far may be wrong in part; that is for whoever saves it."""
    if not visit.entity.has_duplicates:
        raise NotFound
    fields = editable(visit.entity)
    form = await read_form(
        visit.api, visit.catalog, visit.presenter, fields, await visit.request.form()
    )
    typed = {name: value for name, value in form.values.items() if value not in (None, "", [])}
    found = await _matching(visit, typed)
    return visit.page("duplicates/candidates.html", entity=visit.entity, candidates=found)


async def _matching(visit: Visit, typed: Json) -> list[Json]:
    slug, record_id = visit.entity.slug, visit.asked("of")
    try:
        found = await visit.api.match(slug, record_id, typed)
    except Invalid as wrong:
        heads = {name.partition(".")[0].partition("[")[0] for name in wrong.fields}
        left = {name: value for name, value in typed.items() if name not in heads}
        if len(left) == len(typed):
            return []
        found = await visit.api.match(slug, record_id, left)
    return list(found["items"])
