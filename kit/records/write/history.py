"""What is written beside every change, in the same transaction: its history and its events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from crm.v1 import events_pb2

from kit.custom_fields.fields import PREFIX
from kit.entity import Before, Record
from kit.events.publishing.outbox import Announcement, rows
from kit.events.subjects import change_subject
from kit.notices.giving import assigned, shared
from kit.references.publishing import copy_of

if TYPE_CHECKING:
    from kit.records.write.work import Work


_HISTORY_COLUMNS = 5

ACCESS = "access"
"""Under this name a record's history tells who was given access to it, or had it taken away."""

MERGED, MERGED_INTO = "merged", "merged_into"
"""The same for what was merged into it or is apart again, and for that into which it was merged."""

GONE_AS = "gone_as"
"""The same for what became of it when others were made of it, or of that when it was taken back."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record in one flush."""

    record: Record
    what: str
    before: dict[str, Any]
    changed: list[str]
    stamps: dict[str, Any] = field(default_factory=dict)
    said: dict[str, list[Any]] = field(default_factory=dict)
    """What changed beside the fields, before and after, e.g. who was given access."""


def beside(work: "Work", changes: Sequence[Change]) -> Sequence[Any]:
    """What `kit/records/write/writer.py` takes for history and outbox, a column each."""
    announced = [each for change in changes for each in _events(work, change)]
    announced += [*assigned(work, changes), *shared(work, changes, ACCESS)]
    told = rows(announced, service=work.process.name, actor=work.actor.name)
    history = [_history(change) for change in changes]
    columns = map(list, zip(*history, strict=True)) if history else [[]] * _HISTORY_COLUMNS
    return datetime.now(UTC), work.actor.name, *columns, *told.values()


def _history(change: Change) -> tuple[Any, ...]:
    record = change.record
    names = [name for name in change.changed if _tracked(record, name)]
    pairs = {name: _pair(change, name) for name in names}
    pairs |= dict(custom_changes(*_custom_sides(change))) | change.said
    values = orjson.dumps(pairs).decode()
    return record.entity, record.id, change.what, record.version, values


def _custom_sides(change: Change) -> tuple[Any, Any]:
    """The custom fields before and after; what goes to the bin keeps them, as all its fields."""
    held = change.record.custom
    if change.what == "created":
        return None, held
    if change.what == "deleted" and change.changed:
        return held, None
    return change.before.get("custom", held), held


def custom_changes(before: Any, after: Any) -> Iterator[tuple[str, list[Any]]]:
    """The custom fields that differ, each under its own name."""
    was, now = before or {}, after or {}
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            yield f"{PREFIX}{key}", [was.get(key), now.get(key)]


def _tracked(record: Record, name: str) -> bool:
    return name != "custom" and record.fields[name].said.tracked


def _pair(change: Change, name: str) -> list[Any]:
    """The value before and the value after, in the wire's form."""
    after = None if change.what == "deleted" else getattr(change.record, name)
    return [_wire(change.record, name, change.before.get(name)), _wire(change.record, name, after)]


def _wire(record: Record, name: str, value: Any) -> Any:
    if value is None:
        return value
    return record.fields[name].said.kind.show(value)


def _events(work: "Work", change: Change) -> Iterator[Announcement]:
    """The standard event of the change, then what the rules announced."""
    if not change.record.a_log:
        subject = change_subject(change.record.entity, change.what)
        yield Announcement.under(subject, _changed(work, change))
    for announced in change.record.announced():
        yield Announcement.of(announced)


def _changed(work: "Work", change: Change) -> events_pb2.RecordChanged:
    record = change.record
    shape = work.process.shapes[type(record)]
    custom = dict(custom_changes(*_custom_sides(change)))
    message = events_pb2.RecordChanged(
        entity=record.entity,
        id=str(record.id),
        version=record.version,
        actor=work.actor.name,
        changed=[*(each for each in change.changed if each != "custom"), *custom],
    )
    if change.what not in ("deleted", "shared"):
        message.after.Pack(shape.to_message(record, shape.names))
    gone = change.what == "deleted" and record.binned_at is None
    message.copy.CopyFrom(copy_of(record, gone=gone))
    if MERGED in change.said:
        message.others.extend(next(filter(None, change.said[MERGED])))
    if change.what == "shared":
        return message
    if change.what != "created":
        message.before.Pack(shape.to_message(_was(record, change), shape.names))
    return message


def _was(record: Record, change: Change) -> Before:
    values = {name: change.before.get(name, getattr(record, name)) for name in record.fields}
    values |= change.stamps
    return Before(**values, custom=change.before.get("custom", record.custom))
