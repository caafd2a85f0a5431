"""The notes on a record: in the column of its page, and all of them with a search on a page of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import Form
from markupsafe import Markup
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.gather import answer, gather
from gateway.web.frame.presenting import Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import OF_RECORD, FormText, TheVisit, pages
from gateway.web.record.markdown import html_of
from gateway.web.record.timeline import who
from gateway.web.words import _, ngettext
from kit.entity.kinds import PERSON
from kit.errors import Conflict, Denied, Invalid, Problem

router = pages(OF_RECORD)

FEW, MANY = "5", "20"
VISIBLE = {"internal": "Only for us", "portal": "For the customer, too"}
_PLACE = "notes"
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
"""What the note was when the form was filled with it."""
_MENDABLE = (Invalid, Conflict, Denied)


@dataclass(frozen=True, slots=True)
class Shown:
    """A note as it reads."""

    told: Json
    who: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed and could not be kept, with the reason."""

    body: str = ""
    visibility: str = "internal"
    note_id: str = ""
    problem: Problem | None = None


_NOTHING = Typed()


def few_of(visit: Visit) -> dict[str, Any]:
    """What the page of a record asks for; of an entity that takes none, nothing."""
    if not visit.entity.takes_notes:
        return {}
    asked = {"page_size": FEW, **WITH_TITLES}
    return {_PLACE: visit.api.note_page(visit.entity.slug, visit.record_id, asked)}


def noted(visit: Visit, answer_: Json | Problem | None, typed: Typed = _NOTHING) -> dict[str, Any]:
    """What templates show of a page of notes."""
    told: dict[str, Any] = {
        "typed": typed,
        "visible": VISIBLE,
        "mentions": PERSON,
        "note_key": token_urlsafe(16),
    }
    if answer_ is None or isinstance(answer_, Problem):
        return {**told, "notes": None, "notes_problem": answer_, "more_notes": ""}
    if typed.note_id not in {each["id"] for each in answer_["items"]}:
        # What was typed into a note that is not on this page is offered as a new one.
        told["typed"] = replace(typed, note_id="")
    titles = titles_in([answer_])
    items = list(shown(visit, answer_["items"], titles))
    token = answer_.get("page", {}).get("next_page_token", "")
    return {**told, "notes": items, "notes_problem": None, "more_notes": token}


def shown(visit: Visit, notes: Iterable[Json], titles: Titles) -> Iterable[Shown]:
    """Notes as they read."""
    people = _people(visit)
    for each in notes:
        html = html_of(each["body"], titles, people)
        yield Shown(each, who(each["created_by"], titles), html)


def _people(visit: Visit) -> str:
    found = visit.catalog.visible(PERSON)
    return f"/{found.slug}" if found else ""


@router.get("/notes")
async def show_notes(visit: TheVisit) -> Response:
    return await _notes_page(visit)


async def _notes_page(visit: Visit, typed: Typed = _NOTHING, status: int = 200) -> Response:
    """All notes, or those in which some words stand; what could not be kept stands in its form."""
    entity, words = visit.entity, visit.asked("search").strip()
    asked = {"page_size": MANY, "page_token": visit.asked("page_token"), **WITH_TITLES}
    if words:
        asked["search"] = words
    answers = await gather(
        {
            "record": visit.api.get(entity.slug, visit.record_id),
            _PLACE: visit.api.note_page(entity.slug, visit.record_id, asked),
        }
    )
    record = answer(answers["record"])
    return visit.page(
        "fragments/notes.html" if visit.by_htmx else "record/notes.html",
        status,
        entity=entity,
        record=record,
        title=entity.title_of(record),
        search=words,
        **noted(visit, answer(answers[_PLACE]), typed),
    )


@router.post("/notes")
async def write(
    visit: TheVisit,
    body: FormText = "",
    visibility: FormText = "internal",
    idempotency_key: FormText = "",
) -> Response:
    said = {"body": body, "visibility": visibility}
    key = {"idempotency_key": idempotency_key or token_urlsafe(16)}
    try:
        made = await visit.api.write_note(visit.entity.slug, visit.record_id, {**said, **key})
    except _MENDABLE as problem:
        return await _notes_page(visit, Typed(body, visibility, problem=problem), 422)
    return await _back(visit, made, _("The note was kept."))


@router.post("/notes/{note_id}")
async def change(
    visit: TheVisit,
    note_id: str,
    body: FormText = "",
    visibility: FormText = "internal",
    version: Version = 0,
) -> Response:
    said, named = {"body": body, "visibility": visibility}, (visit.record_id, note_id)
    try:
        made = await visit.api.change_note(visit.entity.slug, named, version, said)
    except _MENDABLE as problem:
        return await _notes_page(visit, Typed(body, visibility, note_id, problem), 422)
    return await _back(visit, made, _("The note was changed."))


@router.post("/notes/{note_id}/pin")
async def pin(
    visit: TheVisit, note_id: str, pinned: FormText = "", version: Version = 0
) -> Response:
    named, said = (visit.record_id, note_id), {"pinned": pinned == "true"}
    try:
        await visit.api.change_note(visit.entity.slug, named, version, said)
    except _MENDABLE as problem:
        return await _notes_page(visit, Typed(problem=problem), problem.status)
    return to(_address(visit), place=_PLACE)


@router.post("/notes/{note_id}/delete")
async def delete(visit: TheVisit, note_id: str, version: Version = 0) -> Response:
    named = (visit.record_id, note_id)
    try:
        await visit.api.delete_note(visit.entity.slug, named, version)
    except _MENDABLE as problem:
        return await _notes_page(visit, Typed(problem=problem), problem.status)
    return to(_address(visit), _("The note is gone."), place=_PLACE)


@router.get("/notes/{note_id}/versions")
async def show_versions(visit: TheVisit, note_id: str) -> Response:
    """What a note says and what it said before."""
    entity, asked = visit.entity, {"page_size": MANY, "page_token": visit.asked("page_token")}
    record = await visit.api.get(entity.slug, visit.record_id)
    page = await visit.api.note_versions(entity.slug, (visit.record_id, note_id), asked)
    people = sorted({each["actor"] for each in page["items"]})
    titles = titles_in([{"titles": await _called(visit, people)}])
    texts = [
        (each, who(each["actor"], titles), html_of(each["body"], titles, _people(visit)))
        for each in page["items"]
    ]
    token = page.get("page", {}).get("next_page_token", "")
    return visit.page(
        "record/note_versions.html",
        entity=entity,
        record=record,
        title=entity.title_of(record),
        texts=texts,
        more=f"/{entity.slug}/{record['id']}/notes/{note_id}/versions?page_token={token}"
        if token
        else "",
    )


async def _called(visit: Visit, people: list[str]) -> list[Json]:
    """What some people are called, as far as the visitor may see them."""
    told = await visit.api.titles(PERSON, people)
    return [
        {"entity": PERSON, "id": id_, "title": title, "state": "live"}
        for id_, title in told.get("titles", {}).items()
    ]


async def _back(visit: Visit, made: Json, said: str) -> Response:
    """To the record; who was mentioned and may not see it is named."""
    if unseen := made.get("unseen_by", []):
        names = [each["title"] for each in await _called(visit, unseen)] or [_("Somebody")]
        told = ngettext(
            "%s may not see this record, and is told nothing.",
            "%s may not see this record, and are told nothing.",
            len(names),
        )
        said = f"{said} {told % ', '.join(names)}"
    return to(_address(visit), said, place=_PLACE)


def _address(visit: Visit) -> str:
    return f"/{visit.entity.slug}/{visit.record_id}"
