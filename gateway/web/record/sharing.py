"""Who can see a record, and why; giving access by hand and taking it back."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.fields import Field
from gateway.web.forms.form import blank
from gateway.web.forms.principals import KINDS, named
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.references import titles_of
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, FormText, TheVisit, pages
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.entity.levels import TEAM_ROLES
from kit.errors import Conflict, Denied, Invalid, Problem

router = pages(OF_RECORD)

LEVELS = {"read": "Can read", "edit": "Can edit", "full": "Can do all"}
_ROLES_ASKED = {"filter": f'name = "{TEAM_ROLES}"', "fields": "values"}


@router.get("/access")
async def show_access(visit: TheVisit) -> Response:
    return await _access_page(visit)


async def _access_page(visit: Visit, problem: Problem | None = None, status: int = 200) -> Response:
    entity, asked = visit.entity, visit.asked("person_id") or str(visit.me["id"])
    answers = await gather(
        {
            "record": visit.api.get(entity.slug, visit.record_id),
            "shares": visit.api.shares(entity.slug, visit.record_id),
            "why": visit.api.explain(entity.slug, visit.record_id, asked),
            "roles": visit.api.list("choice-lists", _ROLES_ASKED),
        }
    )
    record, shares = answer(answers["record"]), answer(answers["shares"])
    titles = await titles_of(visit.api, _people(record, shares["items"], asked))
    person = Field("person_id", "Person", "reference", target=PERSON)
    return visit.page(
        "record/access.html",
        status,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        shares=shares["items"],
        titles=titles,
        kinds=KINDS,
        levels=LEVELS,
        roles=_roles(answers["roles"]),
        why=answers["why"] if not isinstance(answers["why"], Problem) else None,
        asked=asked,
        form=await blank(visit.api, [person], {"person_id": asked}),
        problem=problem,
    )


def _roles(lists: Json | Problem) -> dict[str, tuple[str, bool]]:
    """As what one may work on a record: each by its value with its words, and whether it is retired."""
    found = [] if isinstance(lists, Problem) else lists["items"]
    values = [value for each in found for value in each.get("values", [])]
    return {each["value"]: (each["caption"], bool(each.get("retired"))) for each in values}


def _people(record: Json, shares: list[Json], asked: str) -> dict[str, set[str]]:
    wanted = {PERSON: {asked}}
    if record.get("owner_id"):
        wanted[PERSON].add(record["owner_id"])
    for share in shares:
        wanted.setdefault(KINDS[share["principal_kind"]][1], set()).add(share["principal_id"])
        wanted[PERSON].add(share["granted_by"])
    return wanted


@router.post("/access")
async def share(
    visit: TheVisit,
    principal_kind: FormText = "person",
    principal: FormText = "",
    name: Annotated[str, Form(alias="principal~text")] = "",
    level: FormText = "read",
    role: FormText = "",
) -> Response:
    try:
        chosen = principal or await named(visit, principal_kind, name.strip())
        body = {"principal_kind": principal_kind, "principal_id": chosen, "level": level}
        body |= {"role": role} if role else {}
        await visit.api.share(visit.entity.slug, visit.record_id, body)
    except Invalid as problem:
        return await _access_page(visit, problem, 422)
    return to(f"/{visit.entity.slug}/{visit.record_id}/access", _("Access was given."))


@router.post("/access/remove")
async def unshare(
    visit: TheVisit,
    principal_kind: FormText = "",
    principal_id: FormText = "",
    level: FormText = "",
) -> Response:
    body = {"principal_kind": principal_kind, "principal_id": principal_id, "level": level}
    await visit.api.unshare(visit.entity.slug, visit.record_id, body)
    return to(f"/{visit.entity.slug}/{visit.record_id}/access", _("Access was taken back."))


@router.post("/access/private")
async def keep_private(visit: TheVisit, private: FormText = "", version: FormText = "") -> Response:
    """Closes the record to all but its owner and those it is shared with, or opens it again."""
    closed = private == "true"
    try:
        patch = {"private": closed}
        await visit.api.update(visit.entity.slug, visit.record_id, int(version or 0), patch)
    except (Invalid, Denied, Conflict) as problem:
        return await _access_page(visit, problem, problem.status)
    told = _("It is private now.") if closed else _("It is private no more.")
    return to(f"/{visit.entity.slug}/{visit.record_id}/access", told)
