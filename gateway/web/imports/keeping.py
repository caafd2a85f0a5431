"""Keeping what was said of a file under a name, and taking another mapping that is kept."""

from secrets import token_urlsafe
from urllib.parse import urlencode

import orjson
from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.visits import Visit, to
from gateway.web.imports.asked import plan_of
from gateway.web.imports.kept import keeper, kept_of
from gateway.web.imports.page import map_page
from gateway.web.pages import TheVisit, pages
from gateway.web.words import _
from kit.errors import Invalid, NotFound, Problem

router = pages("/imports/mappings")


@router.post("/use")
async def use(visit: TheVisit) -> Response:
    """Takes another one, or none, in place of what stood on the page."""
    data = await visit.request.form()
    return to(_address(data, mapping=str(data.get("other") or "none")))


@router.post("/keep")
async def keep(visit: TheVisit) -> Response:
    """Keeps what the page says as another mapping, or in place of one that is kept."""
    data = await visit.request.form()
    plan = plan_of(visit, data)
    body = kept_of(plan, [str(each) for each in data.getlist("heading")])
    try:
        made = await (_change(visit, data, body) if data.get("keep") else _make(visit, data, body))
    except Problem as problem:
        return await map_page(visit, str(data.get("key", "")), plan, problem)
    shown = await visit.site.uploads.keep(orjson.dumps(plan))
    said = _("“%(name)s” was kept.", name=made["name"])
    return to(_address(data, mapping=made["id"], plan=shown), said)


async def _make(visit: Visit, data: FormData, body: Json) -> Json:
    if not (name := str(data.get("mapping_name", "")).strip()):
        raise Invalid(name=_("Say under which name the mapping is kept."))
    # Two quick presses make one.
    key = str(data.get("idempotency_key") or token_urlsafe(16))
    said = {name: each for name, each in body.items() if each is not None}
    return await visit.api.create(_slug(visit), {**said, "name": name, "idempotency_key": key})


async def _change(visit: Visit, data: FormData, body: Json) -> Json:
    """Its name stays; that is changed on its own page, as with every record."""
    patch = {name: each for name, each in body.items() if name != "entity_name"}
    version = str(data.get("version", ""))
    seen = int(version) if version.isdecimal() else 0
    return await visit.api.update(_slug(visit), str(data.get("keep")), seen, patch)


def _slug(visit: Visit) -> str:
    if (kept := keeper(visit)) is None:
        raise NotFound
    return kept.slug


def _address(data: FormData, **more: str) -> str:
    """The page about the columns of the same file."""
    said = {name: str(data.get(name, "")) for name in ("entity", "key")}
    return f"/imports/map?{urlencode({**said, 'file': str(data.get('file_name', '')), **more})}"
