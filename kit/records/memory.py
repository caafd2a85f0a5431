"""What the session remembers by itself: history, events, versions and keys beside every change.

It listens to the flush, so no handler can forget it, and writes in the same transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crm.v1 import events_pb2
from sqlalchemy import event, insert, inspect, select
from sqlalchemy.orm import Session

from kit.entity import Audience, Before, Choice, Record
from kit.entity.kinds import Reference
from kit.entity.record import STAMPS
from kit.errors import Invalid
from kit.events.outbox import Announcement, insert_statement, rows
from kit.events.subjects import change_subject
from kit.records.tables import history, share

if TYPE_CHECKING:
    from kit.records.work import Work


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record in one flush."""

    record: Record
    what: str
    before: dict[str, Any]
    changed: list[str]
    stamps: dict[str, Any] = field(default_factory=dict)


class Remembering(Session):
    """The session of every unit of work."""


@event.listens_for(Remembering, "before_flush")
def _prepare(session: Session, *_: object) -> None:
    """Completes and checks what is about to be written, and notes what will have happened."""
    work: Work = session.info["work"]
    changes: list[Change] = session.info.setdefault("changes", [])
    now = datetime.now(UTC)
    changes.extend(_created(work, record, now) for record in _records(session.new))
    for record in _records(session.dirty):
        changes.extend(_updated(session, work, record, now))
    changes.extend(_deleted(record) for record in _records(session.deleted))


def _records(found: Any) -> list[Record]:
    return [each for each in found if isinstance(each, Record)]


def _created(work: "Work", record: Record, now: datetime) -> Change:
    record.created_at = record.updated_at = now
    record.created_by = record.updated_by = work.actor.name
    record.version = 1
    record.prepare(work.actor)
    _check(work, record, list(record.fields))
    record.keys, record.wkeys = work.process.policy.row_keys(record, ())
    record.changed(None)
    return Change(record, "created", {}, _filled(record))


def _updated(session: Session, work: "Work", record: Record, now: datetime) -> Iterator[Change]:
    record.prepare(work.actor)
    before = _before(record)
    if not before:
        return
    _check(work, record, list(before))
    stamps = {name: getattr(record, name) for name in ("version", "updated_at", "updated_by")}
    record.updated_at, record.updated_by = now, work.actor.name
    record.version += 1
    _rekey(session, work, record, moved="owner_id" in before)
    record.changed(_snapshot(record, before))
    changed = sorted(name for name in before if name in record.fields or name == "custom")
    yield Change(record, "updated", before, changed, stamps)


def _deleted(record: Record) -> Change:
    filled = _filled(record)
    return Change(record, "deleted", {name: getattr(record, name) for name in filled}, filled)


def _filled(record: Record) -> list[str]:
    """The tracked fields that say something."""
    tracked = (name for name, known in record.fields.items() if known.said.tracked)
    return [name for name in tracked if getattr(record, name) not in (None, [], False)]


def _before(record: Record) -> dict[str, Any]:
    """The former values of what differs now."""
    former: dict[str, Any] = {}
    for name, value in inspect(record).committed_state.items():
        known = name in record.fields and record.fields[name].said.kind
        if (known or name == "custom") and _settled(value) != _settled(getattr(record, name)):
            former[name] = _settled(value)
    return former


def _settled(value: Any) -> Any:
    """SQLAlchemy marks a value that was never set with a symbol."""
    return None if type(value).__name__ in ("symbol", "LoaderCallableStatus", "NO_VALUE") else value


def _snapshot(record: Record, before: dict[str, Any]) -> Before:
    return Before(**{name: before.get(name, getattr(record, name)) for name in record.fields})


# What every record has to satisfy.


def check_ready(work: "Work", record: Record) -> None:
    """Checks ahead of the flush, so that of many records the one at fault is known."""
    record.prepare(work.actor)
    _check(work, record, list(record.fields))


def _check(work: "Work", record: Record, names: list[str]) -> None:
    wrong = {name: text for name in names if (text := _wrong(work, record, name))}
    if wrong:
        raise Invalid("", wrong)
    record.check()


def _wrong(work: "Work", record: Record, name: str) -> str:
    known, value = record.fields.get(name), getattr(record, name)
    if known is None:
        return ""
    if value is None:
        return f"{known.said.label}: fill this in." if known.required and name not in STAMPS else ""
    kind = known.said.kind
    if isinstance(kind, Choice):
        return work.process.choices.wrong(kind.list, value)
    if isinstance(kind, Reference) and kind.target == "identity.Person":
        known_people = work.process.policy.organisation.people
        return "" if value in known_people or not known_people else "There is no such person."
    return ""


def _rekey(session: Session, work: "Work", record: Record, *, moved: bool) -> None:
    """Shares given by hand end when the record moves to another owner."""
    if moved:
        session.execute(share.delete().where(share.c.record_id == record.id))
    shares = () if moved else shares_of(session, record)
    keys, wkeys = work.process.policy.row_keys(record, shares)
    if keys != record.keys:
        record.keys = keys
    if wkeys != record.wkeys:
        record.wkeys = wkeys


def shares_of(session: Session, record: Record) -> list[Audience]:
    """The access given by hand."""
    rows = session.execute(select(share).where(share.c.record_id == record.id))
    return [Audience(row.principal_kind, row.principal_id, row.level) for row in rows]


# What is written beside the change.


@event.listens_for(Remembering, "after_flush")
def _write(session: Session, *_: object) -> None:
    changes: list[Change] = session.info.pop("changes", [])
    if not changes:
        return
    work: Work = session.info["work"]
    connection = session.connection()
    connection.execute(insert(history), [_history(work, change) for change in changes])
    announced = [each for change in changes for each in _events(work, change)]
    connection.execute(
        insert_statement, rows(announced, service=work.process.name, actor=work.actor.name)
    )


def _history(work: "Work", change: Change) -> dict[str, Any]:
    record = change.record
    return {
        "entity": record.entity,
        "record_id": record.id,
        "at": datetime.now(UTC),
        "actor": work.actor.name,
        "what": change.what,
        "version": record.version,
        "changes": {name: _pair(change, name) for name in change.changed if _tracked(record, name)},
    }


def _tracked(record: Record, name: str) -> bool:
    return name == "custom" or record.fields[name].said.tracked


def _pair(change: Change, name: str) -> list[Any]:
    """The value before and the value after, in the wire's form."""
    after = None if change.what == "deleted" else getattr(change.record, name)
    return [_wire(change.record, name, change.before.get(name)), _wire(change.record, name, after)]


def _wire(record: Record, name: str, value: Any) -> Any:
    if value is None or name == "custom":
        return value
    return record.fields[name].said.kind.show(value)


def _events(work: "Work", change: Change) -> Iterator[Announcement]:
    """The standard event of the change, then what the rules announced."""
    subject = change_subject(change.record.entity, change.what)
    yield Announcement.under(subject, _changed(work, change))
    for announced in change.record.announced():
        yield Announcement.of(announced)


def _changed(work: "Work", change: Change) -> events_pb2.RecordChanged:
    record = change.record
    shape = work.process.shapes[type(record)]
    message = events_pb2.RecordChanged(
        entity=record.entity,
        id=str(record.id),
        version=record.version,
        actor=work.actor.name,
        changed=change.changed,
    )
    if change.what != "deleted":
        message.after.Pack(shape.to_message(record, shape.names))
    if change.what != "created":
        message.before.Pack(shape.to_message(_was(record, change), shape.names))
    return message


def _was(record: Record, change: Change) -> Before:
    values = {name: change.before.get(name, getattr(record, name)) for name in record.fields}
    values |= change.stamps
    return Before(**values, custom=change.before.get("custom", record.custom))
