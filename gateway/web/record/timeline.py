"""A record's history as sentences: who did what, and what it was before and after."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field, spaced
from gateway.web.frame.presenting import SYSTEM, Cell, Presenter, Titles, is_person
from gateway.web.words import _
from kit.entity.kinds import PERSON

WORDS = {
    "created": "created this",
    "updated": "changed",
    "deleted": "deleted this",
    "restored": "restored this from the bin",
    "merged": "merged others into this",
    "unmerged": "took a merge into this back",
}
# The same where the record is named right after it.
NAMED = {
    "created": "created",
    "updated": "changed",
    "deleted": "deleted",
    "restored": "took out of the bin",
    "merged": "merged others into",
    "unmerged": "took back a merge into",
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
    on: Cell | None = None
    """The record to which it happened, if not to that of the page."""
    note: Any = None
    file: Any = None


# Steps of one piece of work read as one: a figure that was kept ten times, a form saved twice.
ONE_WORK = timedelta(minutes=10)
# What other parts of the page say better than a line of history.
UNTOLD = {"updated_at", "updated_by", "version"}


def moments_of(
    present: Presenter,
    entity: Entity,
    entries: Iterable[Json],
    titles: Titles,
    on: Cell | None = None,
) -> list[Moment]:
    """Lines of history as they read; what nobody wants to read is left out."""
    told = (_moment(present, entity, each, titles, on) for each in entries if not _goes_along(each))
    return [moment for moment in told if moment.changes or moment.what != _(WORDS["updated"])]


def _goes_along(entry: Json) -> bool:
    """Whether it says of a merged record what the line of the survivor says already."""
    moved = any(each["field"] == "merged_into" for each in entry.get("changes", ()))
    return moved and entry["what"] in ("deleted", "restored")


def as_told(entries: Sequence[Json]) -> list[Json]:
    """The entries, newest first, with those of one piece of work joined into one."""
    told: list[Json] = []
    for entry in entries:
        if told and _belongs(told[-1], entry):
            told[-1] = _joined(told[-1], entry)
        else:
            told.append(entry)
    return told


def _belongs(newer: Json, older: Json) -> bool:
    same = newer["actor"] == older["actor"] and newer["what"] == older["what"] == "updated"
    return same and _moment_of(newer) - _moment_of(older) < ONE_WORK


def _moment_of(entry: Json) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _joined(newer: Json, older: Json) -> Json:
    """Both as one: each field as it was before the older and as it is after the newer."""
    changes = {change["field"]: change for change in older.get("changes", ())}
    for change in newer.get("changes", ()):
        before = changes.get(change["field"], change).get("before")
        changes[change["field"]] = {**change, "before": before}
    left = [each for each in changes.values() if each.get("before") != each.get("after")]
    return {**newer, "changes": left}


def _moment(
    present: Presenter, entity: Entity, entry: Json, titles: Titles, on: Cell | None
) -> Moment:
    created = entry["what"] == "created"
    changes = () if created else _changes(present, entity, entry, titles)
    done = _done(entity, _verb(entity, entry), NAMED if on else WORDS)
    return Moment(entry["at"], who(entry["actor"], titles), done, changes, on)


def _verb(entity: Entity, entry: Json) -> str:
    """What was done: a record that became others was put away by that verb, and is back by the other."""
    became, what = entity.shown.became, str(entry["what"])
    if became and any(each["field"] == "gone_as" for each in entry.get("changes", ())):
        return {"deleted": became.verb, "restored": became.undone_by}.get(what, what)
    return what


def _done(entity: Entity, what: str, words: Mapping[str, str]) -> str:
    """What happened, in words: every entity has those of its verbs."""
    bare = what.lower().replace("_", "").replace(" ", "")
    past = (each.told.past for each in entity.actions if each.name.lower() == bare)
    said = words.get(bare) or next(past, "")
    return _(said) if said else spaced(what).lower()


def _changes(present: Presenter, entity: Entity, entry: Json, titles: Titles) -> tuple[Change, ...]:
    found = []
    sides = {
        side: {change["field"]: plain(change.get(side)) for change in entry.get("changes", ())}
        for side in ("before", "after")
    }
    for name in sides["after"]:
        field = entity.field(name)
        if field and name not in UNTOLD and not _reckoned(field):
            before, after = (present.cell(field, values, titles) for values in sides.values())
            found.append(Change(field.label, before, after))
    return tuple(found)


def _reckoned(field: Field) -> bool:
    """A figure that the system keeps up to date; how it grew line by line tells nobody anything."""
    return not field.editable and (field.numeric or field.kind == "rows")


def who(actor: str, titles: Titles) -> str:
    """A person's name; what the system does by itself goes under its own."""
    return titles.get((PERSON, actor)) or (_("Somebody") if is_person(actor) else SYSTEM)


def plain(value: Any) -> Any:
    """A value of the history, which travels as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
