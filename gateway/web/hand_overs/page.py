"""Whose records go to whom: a person is named, what she has is shown, and it is decided who takes over."""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.forms.form import Form, blank, read_form
from gateway.web.forms.page import MENDABLE
from gateway.web.frame.visits import Visit, to
from gateway.web.hand_overs.holdings import Holding, decisions_of, holdings_of
from gateway.web.pages import TheVisit, pages
from gateway.web.words import _
from kit.errors import Denied, NotFound

router = pages()

_WHOSE, _SUCCESSOR, _ENDED, _REASON = "person_id", "successor_id", "ended", "reason"


def _decisions(visit: Visit) -> Entity:
    found = decisions_of(visit)
    if found is None:
        raise NotFound
    return found


def _fields(entity: Entity, *names: str) -> list[Field]:
    return [field for field in map(entity.field, names) if field]


@router.get("/hand-overs/new")
async def show(visit: TheVisit) -> Response:
    """Asks whose records they are, then shows what there is."""
    decisions = _decisions(visit)
    person_id = visit.asked(_WHOSE)
    if f"{_WHOSE}~text" not in visit.request.query_params and person_id:
        fields = _fields(decisions, _SUCCESSOR, _ENDED, _REASON)
        return await _preview(visit, decisions, person_id, await blank(visit.api, fields, {}))
    whose = _fields(decisions, _WHOSE)
    if not visit.request.query_params:
        return _ask(visit, decisions, await blank(visit.api, whose, {}))
    asked = FormData(list[Any](visit.request.query_params.multi_items()))
    form = await read_form(visit.api, visit.catalog, visit.presenter, whose, asked)
    if form.errors or not form.values[_WHOSE]:
        return _ask(visit, decisions, form, 422)
    return to(f"/hand-overs/new?{_WHOSE}={form.values[_WHOSE]}")


def _ask(visit: Visit, decisions: Entity, form: Form, status: int = 200) -> Response:
    return visit.page("hand-overs/whose.html", status, entity=decisions, form=form)


@router.post("/hand-overs/new")
async def decide(visit: TheVisit) -> Response:
    decisions, data = _decisions(visit), await visit.request.form()
    person_id, taken = str(data.get(_WHOSE, "")), {str(each) for each in data.getlist("take")}
    held, _stopped = await holdings_of(visit, decisions, person_id)
    fields = [
        *_fields(decisions, _SUCCESSOR, _ENDED, _REASON),
        *(each.successor for each in held if each.entity in taken),
    ]
    form = await read_form(visit.api, visit.catalog, visit.presenter, fields, data)
    if not taken:
        form.message = _("Mark what is handed over.")
    await _look_at_successor(visit, decisions, person_id, form, taken)
    if not (form.errors or form.message):
        key = str(data.get("idempotency_key") or token_urlsafe(16))
        body = _decided(form, held, taken) | {_WHOSE: person_id, "idempotency_key": key}
        try:
            made = await visit.api.create(decisions.slug, body)
        except (*MENDABLE, Denied) as problem:
            form.blame(problem)
        else:
            return to(f"/hand-overs/{made['id']}")
    return await _preview(visit, decisions, person_id, form, taken)


def _decided(form: Form, held: Sequence[Holding], taken: set[str]) -> Json:
    """Named are those that stay, and those that go to somebody else than the rest."""
    values = {name: form.values.get(name) for name in (_SUCCESSOR, _ENDED, _REASON)}
    named = []
    for each in held:
        if each.entity not in taken:
            named.append({"entity": each.entity})
        elif own := form.values.get(each.successor.name):
            named.append({"entity": each.entity, _SUCCESSOR: own})
    return {name: value for name, value in values.items() if value} | {"successions": named}


async def _look_at_successor(
    visit: Visit, decisions: Entity, person_id: str, form: Form, taken: set[str]
) -> None:
    """Says beforehand what the services would refuse: records that the successor could not see."""
    successor = form.values.get(_SUCCESSOR)
    if not successor or form.errors:
        return
    held, _stopped = await holdings_of(visit, decisions, person_id, successor)
    blind = [
        each.label
        for each in held
        if each.out_of_sight and each.entity in taken and not form.values.get(each.successor.name)
    ]
    if blind:
        form.errors[_SUCCESSOR] = _(
            "The profile of this person shows no %(plural)s; name somebody else for these.",
            plural=", ".join(blind),
        )


async def _preview(
    visit: Visit,
    decisions: Entity,
    person_id: str,
    form: Form,
    taken: set[str] | None = None,
) -> Response:
    held, stopped = await holdings_of(visit, decisions, person_id)
    [whose] = _fields(decisions, _WHOSE)
    known = await blank(visit.api, [whose], {_WHOSE: person_id})
    return visit.page(
        "hand-overs/preview.html",
        200 if taken is None else 422,
        entity=decisions,
        person_id=person_id,
        person=known.titles.get((whose.target, person_id), ""),
        held=held,
        stopped=stopped,
        taken={each.entity for each in held} if taken is None else taken,
        form=form,
        idempotency_key=token_urlsafe(16),
    )


@router.get("/people/{person_id}/holdings")
async def show_holdings(visit: TheVisit, person_id: str) -> Response:
    """On the page of a person, and before she is deactivated: what she has yet."""
    decisions = _decisions(visit)
    held, stopped = await holdings_of(visit, decisions, person_id)
    return visit.page(
        "hand-overs/holdings.html",
        entity=decisions,
        person_id=person_id,
        held=held,
        stopped=stopped,
        open=sum(each.open for each in held),
        ended=sum(each.ended for each in held),
    )
