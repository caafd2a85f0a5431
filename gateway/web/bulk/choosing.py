"""What is to be done to the records that were marked in a list; it is tried before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.bulk.selection import Selection
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.forms.form import Form, blank, read_form
from gateway.web.forms.page import MENDABLE, editable
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_ENTITY, TheVisit, pages
from gateway.web.words import _
from kit.errors import Invalid, NotFound

router = pages(OF_ENTITY)

CHANGE, DELETE = "change", "delete"
# What is said of the record as a whole is said one record at a time.
_ALONE = frozenset({"rows", "tags"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that can be done to many."""

    action: str
    label: str
    icon: str
    fields: Sequence[Field] = ()
    doc: str = ""


def choices_for(entity: Entity) -> list[Choice]:
    """What the caller may do to many records of an entity."""
    found = []
    if entity.changed_by_form:
        fields = [each for each in editable(entity) if each.kind not in _ALONE]
        found.append(Choice(CHANGE, _("Change fields"), "pencil-square", fields))
    verbs = (each for each in entity.actions if each.verb.bulk and entity.may("edit"))
    found += [
        Choice(each.path, _(each.label), each.told.icon, each.fields, each.doc) for each in verbs
    ]
    if entity.may("delete") and "Delete" in entity.methods:
        found.append(Choice(DELETE, _("Delete"), "trash"))
    return found


@router.get("/bulk")
async def show(visit: TheVisit) -> Response:
    selection = Selection.read(visit.request.query_params)
    choice = _choice(visit, visit.asked("action"))
    values = {each.name: each.initial or None for each in choice.fields if choice.action != CHANGE}
    return await _page(visit, selection, choice, await blank(visit.api, choice.fields, values))


@router.post("/bulk")
async def try_it(visit: TheVisit) -> Response:
    """Tries it first: what would happen is shown, and nothing is changed."""
    data = await visit.request.form()
    selection, choice = Selection.read(data), _choice(visit, str(data.get("action", "")))
    said = {str(each) for each in data.getlist("set")}
    fields = [each for each in choice.fields if choice.action != CHANGE or each.name in said]
    form = await read_form(visit.api, visit.catalog, visit.presenter, fields, data)
    if not form.errors:
        key = str(data.get("idempotency_key") or token_urlsafe(16))
        body = {**_asked(choice, form, data), **selection.asked(), "idempotency_key": key}
        try:
            begun = await visit.api.start_bulk(visit.entity.slug, body)
        except MENDABLE as problem:
            form.blame(problem)
        else:
            return to(f"/bulks/{begun['id']}")
    form.fields = choice.fields
    return await _page(visit, selection, choice, form, said, 422)


def _asked(choice: Choice, form: Form, data: FormData) -> Json:
    body: Json = {"action": choice.action, "dry_run": True}
    if choice.action == CHANGE:
        tags = {name: _words(str(data.get(name, ""))) for name in ("add_tags", "remove_tags")}
        body |= {name: words for name, words in tags.items() if words}
        return body | ({"values": form.values} if form.values else {})
    told = {name: value for name, value in form.values.items() if value not in (None, "", [])}
    return body | ({"values": told} if choice.fields else {})


def _words(text: str) -> list[str]:
    return [word for each in text.split(",") if (word := each.strip())]


def _choice(visit: Visit, action: str) -> Choice:
    """What is to be done; what comes first where nothing is said."""
    choices = choices_for(visit.entity)
    found = next((each for each in choices if each.action == action or not action), None)
    if found is None:
        raise NotFound
    return found


async def _page(
    visit: Visit,
    selection: Selection,
    choice: Choice,
    form: Form,
    said: set[str] | None = None,
    status: int = 200,
) -> Response:
    entity = visit.entity
    if not selection.everything and not selection.ids:
        raise Invalid(ids=_("Mark some records of the list first."))
    pairs = list(selection.pairs())
    tabs = [
        (each, f"/{entity.slug}/bulk?{urlencode([*pairs, ('action', each.action)])}")
        for each in choices_for(entity)
    ]
    return visit.page(
        "bulk/choose.html",
        status,
        entity=entity,
        selection=pairs,
        number=await selection.counted(visit, entity),
        choice=choice,
        tabs=tabs,
        form=form,
        said=said or set(),
        tags=next((each for each in entity.fields if each.kind == "tags"), None),
        sections=entity.sections(choice.fields),
        idempotency_key=token_urlsafe(16),
    )
