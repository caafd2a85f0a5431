"""What is done with views: kept, kept anew, renamed, chosen as default, taken away."""

from secrets import token_urlsafe
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.views.saved import (
    DEFAULT_VIEW,
    Question,
    Saved,
    default_of,
    keeper,
    the_view,
)
from gateway.web.words import _
from kit.errors import NotFound, Problem

router = pages(OF_ENTITY + "/views")


@router.post("")
async def save_as(visit: TheVisit) -> Response:
    """Keeps the list as a view of the person's own."""
    data = await visit.request.form()
    # Two quick presses make one view.
    key = str(data.get("idempotency_key") or token_urlsafe(16))
    body = {"entity_name": visit.entity.name, **_named(data), **_question(data)}
    try:
        made = await visit.api.create(_kept(visit).slug, {**body, "idempotency_key": key})
    except Problem as problem:
        return visit.problem(problem)
    return to(_address(visit, made["id"]), _("“%(name)s” was saved.", name=made["name"]))


@router.post("/{view_id}")
async def save(visit: TheVisit, view_id: str) -> Response:
    """Keeps what was changed; the view stays who it is shared with."""
    data = await visit.request.form()
    patch = _named(data) if "name" in data else _question(data)
    saved = await _view(visit, view_id)
    try:
        await visit.api.update(_kept(visit).slug, saved.id, _version(data, saved), patch)
    except Problem as problem:
        return visit.problem(problem)
    return to(_address(visit, saved.id), _("The view was saved."))


@router.post("/{view_id}/default")
async def choose_default(visit: TheVisit, view_id: str) -> Response:
    """The person's list opens with this view from now on, whatever it opened with before."""
    saved, chosen = await _view(visit, view_id), visit.catalog.visible(DEFAULT_VIEW)
    if not chosen:
        raise NotFound
    try:
        await _choose(visit, chosen, saved)
    except Problem as problem:
        return visit.problem(problem)
    said = _(
        "%(plural)s open with “%(name)s” for you now.", plural=visit.entity.plural, name=saved.name
    )
    return to(_address(visit, saved.id), said)


async def _choose(visit: Visit, chosen: Entity, saved: Saved) -> None:
    body = {"entity_name": visit.entity.name, "view_id": saved.id}
    before = await default_of(visit)
    if before:
        await visit.api.update(chosen.slug, before.id, before.version, {"view_id": saved.id})
    else:
        await visit.api.create(chosen.slug, body)


@router.post("/{view_id}/default/remove")
async def remove_default(visit: TheVisit, view_id: str) -> Response:
    chosen, before = visit.catalog.visible(DEFAULT_VIEW), await default_of(visit)
    if chosen and before and before.view_id == view_id:
        await visit.api.delete(chosen.slug, before.id, before.version)
    said = _("%(plural)s open with all records for you again.", plural=visit.entity.plural)
    return to(_address(visit, view_id), said)


@router.post("/{view_id}/delete")
async def delete(visit: TheVisit, view_id: str) -> Response:
    """Into the bin; those who had it as default see all records again."""
    saved = await _view(visit, view_id)
    try:
        await visit.api.delete(_kept(visit).slug, saved.id, saved.version)
    except Problem as problem:
        return visit.problem(problem)
    said = _("The view “%(name)s” was deleted.", name=saved.name)
    return to(f"/{visit.entity.slug}?view=all", said)


async def _view(visit: Visit, view_id: str) -> Saved:
    found = await the_view(visit, view_id)
    if found is None:
        raise NotFound
    return found


def _kept(visit: Visit) -> Entity:
    if (kept := keeper(visit)) is None:
        raise NotFound
    return kept


def _address(visit: Visit, view_id: str) -> str:
    return f"/{visit.entity.slug}?view={view_id}"


def _version(data: FormData, saved: Saved) -> int:
    """The version whose change was seen: a view that somebody else changed since is not overwritten."""
    said = str(data.get("version") or "")
    return int(said) if said.isdecimal() else saved.version


def _named(data: FormData) -> Json:
    said = {name: str(data[name]).strip() for name in ("name", "description") if name in data}
    return dict(said)


def _question(data: FormData) -> Json:
    """All that a view keeps: what a form leaves out is empty."""
    said: dict[str, Any] = {name: str(data.get(name) or "") for name in Question.NAMES}
    columns = [str(name) for name in data.getlist("columns")]
    return {**said, "columns": columns, "shape": said["shape"] or "table"}
