"""A record's history as sentences: who did what, and what it was before and after."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.web.api import Json
from gateway.web.entities import Entity, spaced
from gateway.web.presenting import Cell, Presenter, Titles
from gateway.web.references import titles_of
from gateway.web.visits import Visit

PERSON = "identity.Person"
WORDS = {
    "created": "created this",
    "updated": "changed",
    "deleted": "deleted this",
    "movestage": "moved the stage",
    "win": "marked this as won",
    "lose": "marked this as lost",
    "reopen": "reopened this",
    "convert": "converted this",
    "assign": "assigned this",
    "resolve": "resolved this",
    "close": "closed this",
    "complete": "completed this",
    "cancel": "cancelled this",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after."""

    label: str
    before: Cell
    after: Cell


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a record."""

    at: str
    who: str
    what: str
    changes: tuple[Change, ...]


async def moments(visit: Visit, entity: Entity, entries: Sequence[Json]) -> list[Moment]:
    titles = await titles_of(visit.api, _wanted(entity, entries))
    return [_moment(visit.presenter, entity, entry, titles) for entry in entries]


def _moment(present: Presenter, entity: Entity, entry: Json, titles: Titles) -> Moment:
    created = entry["what"] == "created"
    changes = () if created else _changes(present, entity, entry, titles)
    done = entry["what"].lower().replace("_", "").replace(" ", "")
    what = WORDS.get(done) or spaced(entry["what"]).lower()
    return Moment(entry["at"], who(entry["actor"], titles), what, changes)


def _changes(present: Presenter, entity: Entity, entry: Json, titles: Titles) -> tuple[Change, ...]:
    found = []
    for change in entry.get("changes", ()):
        if field := entity.field(change["field"]):
            before, after = (
                present.cell(field, {field.name: plain(change.get(side))}, titles)
                for side in ("before", "after")
            )
            found.append(Change(field.label, before, after))
    return tuple(found)


def who(actor: str, titles: Titles) -> str:
    """A person's name; a system actor's own."""
    return titles.get((PERSON, actor)) or ("Somebody" if _is_person(actor) else actor)


def _is_person(actor: str) -> bool:
    """Persons act under their id, system actors under a name."""
    return re.fullmatch(r"[0-9a-f-]{36}", actor) is not None


def plain(value: Any) -> Any:
    """A value of the history, which travels as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _wanted(entity: Entity, entries: Sequence[Json]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {
        PERSON: {entry["actor"] for entry in entries if _is_person(entry["actor"])}
    }
    for entry in entries:
        for change in entry.get("changes", ()):
            field = entity.field(change["field"])
            if field and field.target:
                values = (plain(change.get(side)) for side in ("before", "after"))
                wanted.setdefault(field.target, set()).update(_ids(values))
    return wanted


def _ids(values: Any) -> set[str]:
    found: set[str] = set()
    for value in values:
        found.update(map(str, value if isinstance(value, list) else [value] if value else []))
    return found
