"""The inbox: what one was told, newest first, and by which letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.frame.gather import gather
from gateway.web.frame.presenting import Cell, Titles
from gateway.web.frame.references import titles_in
from gateway.web.frame.visits import Visit, to
from gateway.web.pages import TheVisit, pages
from gateway.web.reports.schedules import scheduled
from gateway.web.words import _
from kit.errors import NotFound, Problem
from kit.notices.kinds import AT_ONCE, DAILY, HANDED_OVER, KINDS, NEVER

router = pages()

_PAGE = "30"
_WHEN = {AT_ONCE: "At once", DAILY: "Once a day", NEVER: "Never"}
_MARKS = {
    "read": "It is read.",
    "unread": "It is unread again.",
    "mute": "Nothing more is told of this record.",
    "unmute": "What happens to this record is told again.",
}
_SAYS = {
    "assigned": "%(who)s gave you %(what)s.",
    "shared": "%(who)s shared %(what)s with you.",
    "mentioned": "%(who)s mentioned you on %(what)s.",
    "noted": "%(who)s wrote a note on %(what)s.",
    "created": "%(who)s created %(what)s.",
    "updated": "%(who)s changed %(what)s.",
    "restored": "%(who)s took %(what)s out of the bin.",
    HANDED_OVER: "%(who)s handed over to you what %(what)s had.",
    "merged": "%(who)s merged others into %(what)s.",
    "unmerged": "%(who)s took a merge into %(what)s back.",
}
_WORK = {
    "import": ("Your import of %(name)s", "/imports/%(id)s"),
    "bulk": ("Your change of %(name)s records", "/bulks/%(id)s"),
}
_ENDED = {"done": "is done.", "failed": "broke off."}


@dataclass(frozen=True, slots=True)
class Told:
    """One notification as it reads: words, with the record where they say so."""

    told: Json
    before: str
    after: str
    title: str
    href: str
    symbol: str
    fields: str = ""


@router.get("/inbox")
async def show_inbox(visit: TheVisit) -> Response:
    """All that one was told, what is unread, or one kind of it."""
    kind = visit.asked("kind") if visit.asked("kind") in KINDS else ""
    unread = visit.asked("unread") == "true"
    asked = {"page_size": _PAGE, "page_token": visit.asked("page_token")}
    narrowed = ({"kind": kind} if kind else {}) | ({"unread": "true"} if unread else {})
    page = await visit.api.inbox_page({**asked, **narrowed})
    titles = titles_in([page])
    token = page.get("page", {}).get("next_page_token", "")
    return visit.page(
        "inbox/list.html",
        area="inbox",
        items=[_reads(visit, each, titles) for each in page["items"]],
        unread=page["unread"],
        tabs=_tabs(kind, unread=unread),
        back=_address(narrowed),
        older=_address({**narrowed, "page_token": token}) if token else "",
        first=not visit.asked("page_token"),
    )


def _address(asked: dict[str, str]) -> str:
    return f"/inbox?{urlencode(asked)}" if asked else "/inbox"


def _tabs(kind: str, *, unread: bool) -> list[tuple[str, str, bool]]:
    kinds = [
        (_(each.caption), f"/inbox?kind={each.name}", kind == each.name) for each in KINDS.values()
    ]
    everything = (_("All"), "/inbox", not (kind or unread))
    return [everything, (_("Unread"), "/inbox?unread=true", unread), *kinds]


def _reads(visit: Visit, told: Json, titles: Titles) -> Told:
    if told["state"] == "gone":
        words = _("This was about something that is gone, or that you may no longer see.")
        return Told(told, words, "", "", "", "eye")
    if told["work"]:
        return _work(told)
    entity = visit.catalog.by_name(told["entity"])
    who = visit.presenter.actor(told["actor"], titles) if told["actor"] else Cell("text")
    label = entity.label.lower() if entity else _("a record")
    handed = told["what"] == HANDED_OVER
    said = _SAYS.get("" if handed else told["kind"]) or _SAYS.get(told["what"], _SAYS["updated"])
    before, __, after = (_(said) % {"who": who.text, "what": "\0"}).partition("\0")
    title = (
        told["title"]
        if told["state"] == "seen"
        else _("a %(label)s that is not to be had right now", label=label)
    )
    href = f"/{entity.slug}/{told['record_id']}" if entity else ""
    symbol = entity.shown.icon if entity else "bell"
    return Told(told, before, after, title or label, href, symbol, ", ".join(_fields(visit, told)))


def _fields(visit: Visit, told: Json) -> Iterator[str]:
    """What changed, by the names of the fields."""
    entity = visit.catalog.by_name(told["entity"])
    if entity is None or told["kind"] != "followed":
        return
    for name in told.get("fields", ()):
        if field := entity.field(name):
            yield field.label


def _work(told: Json) -> Told:
    words, address = _WORK.get(told["work"], ("%(name)s", ""))
    named = {"name": told["work_name"], "id": told["work_id"]}
    after = " " + _(_ENDED.get(told["what"], "is done."))
    return Told(told, "", after, _(words) % named, address % named, "check-circle")


@router.post("/inbox/read-all")
async def read_all(visit: TheVisit) -> Response:
    await visit.api.read_inbox()
    return to("/inbox", _("Everything is read."))


@router.get("/inbox/choices")
async def show_choices(visit: TheVisit) -> Response:
    """By which letters one wants to be told."""
    answers = await gather(
        {"choices": visit.api.inbox_choices(), "reports": visit.api.schedule_page({})}
    )
    choices, reports = answers["choices"], answers["reports"]
    chosen = {} if isinstance(choices, Problem) else choices
    known = {"items": []} if isinstance(reports, Problem) else reports
    return visit.page(
        "inbox/choices.html",
        area="inbox",
        kinds=[(each.name, each.caption, chosen.get(each.name, "")) for each in KINDS.values()],
        problem=choices if isinstance(choices, Problem) else None,
        when=_WHEN,
        schedules=scheduled(visit, known, with_report=True),
    )


@router.get("/inbox/to/{entity}/{record_id}")
async def lead(visit: TheVisit, entity: str, record_id: str) -> Response:
    """To the record that a letter names, whatever its address is."""
    found = visit.catalog.visible(entity)
    if found is None:
        raise NotFound
    return to(f"/{found.slug}/{quote(record_id, safe='')}")


@router.post("/inbox/choices")
async def choose(visit: TheVisit, request: Request) -> Response:
    form = await request.form()
    await visit.api.choose_inbox({kind: str(form[kind]) for kind in KINDS if kind in form})
    return to("/inbox/choices", _("Saved."))


@router.post("/inbox/{notification_id}/{mark}")
async def mark(
    visit: TheVisit, notification_id: str, mark: str, back: Annotated[str, Form()] = "/inbox"
) -> Response:
    """Marks one, and goes back to where one was."""
    if mark not in _MARKS:
        raise NotFound
    await visit.api.mark_notification(notification_id, mark)
    if visit.by_htmx or visit.asked("quietly"):
        return Response(status_code=204)
    place = back if back.startswith("/inbox") else "/inbox"
    return to(place, "" if mark in ("read", "unread") else _(_MARKS[mark]))
