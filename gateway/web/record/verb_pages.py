"""Doing something with a record: each verb has a form with what it needs to know."""

from secrets import token_urlsafe

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.actions import Action
from gateway.web.forms.form import Form, blank, read_form
from gateway.web.forms.page import MENDABLE
from gateway.web.forms.secrets import is_secret, show_secret
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, TheVisit, pages
from gateway.web.words import _
from kit.errors import NotFound

router = pages(OF_RECORD)


@router.get("/do/{verb}")
async def show_verb(visit: TheVisit, verb: str) -> Response:
    action = _action(visit, verb)
    record = await visit.api.get(visit.entity.slug, visit.record_id)
    values = {field.name: _asked(visit, field.name, field.initial) for field in action.fields}
    return _verb_page(visit, action, record, await blank(visit.api, action.fields, values))


def _asked(visit: Visit, name: str, initial: str) -> str | bool:
    given = visit.asked(name) or initial
    return given == "true" if given in {"true", "false"} else given


@router.post("/do/{verb}")
async def do_verb(visit: TheVisit, verb: str) -> Response:
    action = _action(visit, verb)
    data = await visit.request.form()
    form = await read_form(visit.api, visit.catalog, visit.presenter, action.fields, data)
    if not form.errors:
        body = {name: value for name, value in form.values.items() if value not in (None, "", [])}
        key = str(data.get("idempotency_key") or token_urlsafe(16))
        try:
            done = await visit.api.verb(
                visit.entity.slug,
                visit.record_id,
                action.name,
                {**body, "idempotency_key": key},
            )
        except MENDABLE as problem:
            form.blame(problem)
        else:
            return _done(visit, action, done)
    record = await visit.api.get(visit.entity.slug, visit.record_id)
    return _verb_page(visit, action, record, form, 422)


def _done(visit: Visit, action: Action, done: Json) -> Response:
    """Back to the record, or on to what the verb made."""
    if is_secret(done):
        return show_secret(visit, {"id": visit.record_id, **done})
    said = _("%(verb)s: done.", verb=_(action.label))
    made, field = done.get(action.told.leads_to), visit.entity.field(action.told.leads_to)
    target = visit.catalog.visible(field.target) if made and field else None
    if target:
        return to(f"/{target.slug}/{made}", said)
    return to(f"/{visit.entity.slug}/{visit.record_id}", said)


def _action(visit: Visit, verb: str) -> Action:
    action = next((each for each in visit.entity.actions if each.path == verb), None)
    if action is None:
        raise NotFound
    return action


def _verb_page(
    visit: Visit, action: Action, record: Json, form: Form, status: int = 200
) -> Response:
    return visit.page(
        [f"{visit.entity.slug}/verb.html", "record/verb.html"],
        status,
        entity=visit.entity,
        record=record,
        title=visit.entity.title_of(record),
        action=action,
        form=form,
        idempotency_key=token_urlsafe(16),
    )
