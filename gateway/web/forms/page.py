"""Creating, changing and deleting a record by form; nothing typed is ever lost."""

from secrets import token_urlsafe
from typing import Annotated, Any

import orjson
from fastapi import Form as FormBody
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.custom_fields import spread
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.forms.form import Form, blank, changes, read_form
from gateway.web.forms.secrets import is_secret, show_secret
from gateway.web.frame.references import titles_for
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.words import _
from kit.errors import Conflict, Denied, Duplicate, Invalid, NotFound, Refused
from kit.text.lists import parted

router = pages(OF_ENTITY)

STALE = (
    "Somebody changed this record while you were writing. "
    "Look at the marked fields, then save again."
)
# A form that the person can put right; every other problem has a page of its own.
MENDABLE = (Invalid, Refused, Conflict)


def editable(entity: Entity) -> list[Field]:
    """What a form asks; what belongs to the organisation has no owner worth asking for."""
    owned = entity.shown.owned
    fields = (field for field in entity.own_fields() if field.editable)
    return [field for field in fields if owned or field.name != "owner_id"]


@router.get("/new")
async def show_new(visit: TheVisit) -> Response:
    entity = visit.entity
    _need(entity, "create")
    fields = editable(entity)
    values = {field.name: _first_value(visit, field) for field in fields}
    form = await blank(visit.api, fields, {k: v for k, v in values.items() if v is not None})
    return _form_page(visit, form, None)


def _first_value(visit: Visit, field: Field) -> Any:
    """What the address brings along, then the field's own initial value."""
    if given := visit.asked(field.name):
        return [given] if field.kind == "references" else given
    if field.name == "owner_id":
        return visit.me["id"]
    if field.kind == "boolean":
        return field.initial.lower() == "true"
    if field.kind == "words":
        return parted(field.initial)
    return field.initial or None


@router.post("")
async def create(visit: TheVisit) -> Response:
    entity = visit.entity
    _need(entity, "create")
    form, data = await _posted(visit)
    if not form.errors:
        body = {name: value for name, value in form.values.items() if value is not None}
        key = str(data.get("idempotency_key") or token_urlsafe(16))
        allowed = bool(data.get("allow_duplicates"))
        try:
            made = await visit.api.create(
                entity.slug, {**body, "idempotency_key": key}, allow_duplicates=allowed
            )
        except MENDABLE as problem:
            form.blame(problem)
        else:
            return await _created(visit, made, another=bool(data.get("another")))
    return _form_page(visit, form, None, 422)


async def _created(visit: Visit, made: Json, *, another: bool) -> Response:
    entity = visit.entity
    for action in entity.actions:
        if action.told.at_once and action.offered(made, visit.asking):
            made = {**made, **await visit.api.verb(entity.slug, made["id"], action.name, {})}
    if is_secret(made):
        return show_secret(visit, made)
    if another:
        return to(f"/{entity.slug}/new", _("%(title)s was created.", title=entity.title_of(made)))
    return to(f"/{entity.slug}/{made['id']}", _("%(label)s was created.", label=entity.label))


@router.get("/{record_id}/edit")
async def show_edit(visit: TheVisit, record_id: str) -> Response:
    entity = visit.entity
    _need(entity, "edit")
    record = await visit.api.get(entity.slug, record_id)
    return _form_page(visit, await blank(visit.api, editable(entity), record), record)


@router.post("/{record_id}")
async def update(
    visit: TheVisit, record_id: str, version: Annotated[int | None, FormBody()] = None
) -> Response:
    entity = visit.entity
    _need(entity, "edit")
    form, data = await _posted(visit)
    record = await visit.api.get(entity.slug, record_id)
    if not form.errors:
        seen = version or record["version"]
        patch = changes(record, form.values)
        try:
            if patch:
                allowed = bool(data.get("allow_duplicates"))
                await visit.api.update(
                    entity.slug, record_id, seen, patch, allow_duplicates=allowed
                )
        except Duplicate as problem:
            form.blame(problem)
        except Conflict as problem:
            return await _stale(visit, form, problem)
        except MENDABLE as problem:
            form.blame(problem)
        else:
            return to(
                f"/{entity.slug}/{record_id}",
                _("Saved.") if patch else _("Nothing was changed."),
            )
    return _form_page(visit, form, record, 422)


async def _stale(visit: Visit, form: Form, problem: Conflict) -> Response:
    """Somebody else was faster: the form keeps what was typed and shows what stands there now."""
    current: Json = (
        spread(orjson.loads(problem.current))
        if problem.current
        else await visit.api.get(visit.entity.slug, visit.record_id)
    )
    titles = await titles_for(visit.api, form.fields, [current])
    differing = changes(current, form.values)
    for field in form.fields:
        if field.name in differing:
            now = visit.presenter.cell(field, current, titles)
            form.errors[field.name] = _(
                "Now: %(value)s. Saving puts yours in its place.",
                value=now.text or _("empty or a list"),
            )
    form.message = _(STALE)
    return _form_page(visit, form, current, 409)


@router.post("/{record_id}/delete")
async def delete(
    visit: TheVisit, record_id: str, version: Annotated[int, FormBody()] = 0
) -> Response:
    entity = visit.entity
    _need(entity, "delete")
    await visit.api.delete(entity.slug, record_id, version)
    if entity.no_bin:
        return to(f"/{entity.slug}", _("%(label)s was deleted.", label=entity.label))
    told = _("%(label)s is in the bin.", label=entity.label)
    return to(f"/{entity.slug}?undo={record_id}", told)


async def _posted(visit: Visit) -> tuple[Form, Any]:
    data = await visit.request.form()
    fields = editable(visit.entity)
    return await read_form(visit.api, visit.catalog, visit.presenter, fields, data), data


def _form_page(visit: Visit, form: Form, record: Json | None, status: int = 200) -> Response:
    entity = visit.entity
    return visit.page(
        [f"{entity.slug}/edit.html", "record/edit.html"],
        status,
        entity=entity,
        record=record,
        title=entity.title_of(record) if record else entity.label,
        form=form,
        sections=entity.sections(form.fields),
        idempotency_key=token_urlsafe(16),
    )


def _need(entity: Entity, right: str) -> None:
    """Refuses what the profile does not allow; what is changed by verbs alone has no form at all."""
    if right == "edit" and "Update" not in entity.methods:
        raise NotFound
    if not entity.may(right):
        raise Denied(
            _(
                "Your profile does not let you %(right)s %(plural)s.",
                right=_(right),
                plural=entity.plural.lower(),
            )
        )
