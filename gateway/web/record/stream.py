"""The timeline of a record: in the column of its page, and on a page of its own with what hangs on it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from starlette.responses import Response

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.presenting import Cell, Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit
from gateway.web.pages import OF_RECORD, TheVisit, pages
from gateway.web.record.files import shown as files_shown
from gateway.web.record.notes import noted, shown
from gateway.web.record.timeline import Moment, as_told, moments_of, who
from gateway.web.words import _
from kit.errors import Problem
from kit.wire.contract import facts_of

router = pages(OF_RECORD)

AT_FIRST = "20"
CHANGES, NOTES, FILES, LOGS = "change", "note", "file", "log"
KINDS = {"": "Everything", NOTES: "Notes", FILES: "Files", CHANGES: "Changes"}
_ALONE = "false"


def asked_for(visit: Visit) -> dict[str, str]:
    """What of its timeline a page asks for: of a record on which others hang, theirs as well."""
    asked = {"page_size": AT_FIRST, **WITH_TITLES}
    if _below(visit):
        asked["below"] = "true"
    if token := visit.asked("page_token"):
        asked["page_token"] = token
    return asked


def kind_of(visit: Visit) -> str:
    """The one kind of entries that was chosen; of everything where none was."""
    chosen = visit.asked("tells")
    return chosen if chosen in KINDS else ""


def streamed(visit: Visit, page: Json | Problem) -> dict[str, Any]:
    """What templates show of a timeline."""
    told: dict[str, Any] = {
        "tellable": {key: _(label) for key, label in KINDS.items()},
        "told_kind": kind_of(visit),
        "below": _below(visit),
        "has_below": has_below(visit),
    }
    if isinstance(page, Problem):
        return {**told, "moments": [], "timeline_problem": page, "next_token": "", "stopped": []}
    token = page.get("page", {}).get("next_page_token", "")
    moments = list(_moments(visit, page["items"], titles_in([page])))
    told |= {"timeline_problem": None, "next_token": token, "stopped": page.get("stopped", [])}
    return {**told, "moments": moments}


def has_below(visit: Visit) -> bool:
    """Whether records of any service, and no mere lines of a log, may hang on this one."""
    return any(_hangs_on(each, visit.entity) for each in visit.catalog)


def _hangs_on(entity: Entity, parent: Entity) -> bool:
    facts = facts_of(entity.name)
    return "Update" in entity.methods and facts is not None and parent.name in facts.parents


def _below(visit: Visit) -> bool:
    return visit.asked("below") != _ALONE and has_below(visit)


def _moments(visit: Visit, entries: Iterable[Json], titles: Titles) -> Iterator[Moment]:
    """The entries as they read; neighbouring changes of one record may be one piece of work."""
    for (kind, name, record_id), group in groupby(entries, _of):
        entity, together = visit.catalog.by_name(name), list(group)
        if entity is None:
            continue
        on = _where(visit, entity, record_id, titles)
        if kind == CHANGES:
            changes = as_told([each["change"] for each in together])
            yield from moments_of(visit.presenter, entity, changes, titles, on)
        elif kind == NOTES:
            yield from (_note(visit, each, on, titles) for each in together)
        elif kind == FILES:
            yield from (_file(visit, each, entity, on, titles) for each in together)
        else:
            yield from (_line(each, entity, on, titles) for each in together)


def _of(entry: Json) -> tuple[str, str, str]:
    return entry["kind"], entry["entity"], entry["record_id"]


def _where(visit: Visit, entity: Entity, record_id: str, titles: Titles) -> Cell | None:
    """The record to which it happened, where that is not the one whose page this is."""
    if record_id == visit.record_id:
        return None
    return replace(visit.presenter.reference(entity.name, record_id, titles), kind=entity.label)


def _note(visit: Visit, entry: Json, on: Cell | None, titles: Titles) -> Moment:
    by = who(entry["actor"], titles)
    note = next(iter(shown(visit, [entry["note"]], titles)))
    return Moment(entry["at"], by, _("wrote a note"), (), on, note)


def _file(visit: Visit, entry: Json, entity: Entity, on: Cell | None, titles: Titles) -> Moment:
    by = who(entry["actor"], titles)
    address = f"/{entity.slug}/{entry['record_id']}/files"
    file = next(iter(files_shown(visit, [entry["file"]], titles, address)))
    return Moment(entry["at"], by, _("put a file here"), (), on, file=file)


def _line(entry: Json, entity: Entity, on: Cell | None, titles: Titles) -> Moment:
    told = _("added to %(log)s", log=entity.plural.lower())
    return Moment(entry["at"], who(entry["actor"], titles), told, (), on)


@router.get("/timeline")
async def show_timeline(visit: TheVisit) -> Response:
    """The timeline by itself: its next lines, or another choice of it, for the page that is open."""
    entity = visit.entity
    page = await visit.api.timeline(
        entity.slug, visit.record_id, asked_for(visit), kind=kind_of(visit)
    )
    record = {"id": visit.record_id}
    if not visit.by_htmx:
        record = await visit.api.get(entity.slug, visit.record_id)
    part = "fragments/moments.html" if visit.asked("page_token") else "fragments/timeline.html"
    return visit.page(
        part if visit.by_htmx else "record/timeline.html",
        entity=entity,
        record=record,
        title=entity.title_of(record),
        **{**noted(visit, None), **streamed(visit, page)},
    )
