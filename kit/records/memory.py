"""What every record goes through on its way to the database: completed, checked, versioned and keyed.

A session does it with every flush, and work without a session at its end; so no handler can forget
it, and history and events are written with the rows (`kit/records/writing.py`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached
from sqlalchemy.util import await_only

from kit.entity import Audience, Before, Choice, Record
from kit.entity.amounts import wrong_amounts
from kit.entity.record import STAMPS
from kit.errors import Invalid
from kit.records.assigning import names_people, wrong_people
from kit.records.chronicle import Change, beside
from kit.records.tables import share
from kit.records.weight import require_weight
from kit.records.writing import Part, Parts, write

if TYPE_CHECKING:
    from kit.records.work import Work


class Remembering(Session):
    """The session of every unit of work."""


@event.listens_for(Remembering, "before_flush")
def _write(session: Session, *_: object) -> None:
    """Writes the records that changed ahead of SQLAlchemy, to whom only what is no record is left."""
    work: Work = session.info["work"]
    new, old, gone = map(_records, (session.new, session.dirty, session.deleted))
    changes = changes_of(work, new, old, gone, session)
    if parts := parts_of(new, old, gone):
        await_only(write(_begun(session), parts, beside(work, changes)))
        session.add_all(settled(parts))
    work.written += changes


def _begun(session: Session) -> Any:
    """The driver's connection, in the transaction; SQLAlchemy begins one with its first statement only."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    if not driver.is_in_transaction():
        connection.exec_driver_sql("select")
    return driver


def _records(found: Any) -> list[Record]:
    return [each for each in found if isinstance(each, Record)]


def parts_of(
    new: Iterable[Record], old: Iterable[Record] = (), gone: Iterable[Record] = ()
) -> Parts:
    """Rows by what is done to them; those that others may hold in one order, so that none deadlock."""
    parts: dict[Part, list[Record]] = {}
    for record in sorted(old, key=_id):
        if columns := _moved(record):
            parts.setdefault(Part(type(record), "updated", columns), []).append(record)
    for record in new:
        parts.setdefault(Part.created(type(record)), []).append(record)
    for record in sorted(gone, key=_id):
        parts.setdefault(Part.deleted(type(record)), []).append(record)
    return parts


def _id(record: Record) -> UUID:
    return record.id


def _moved(record: Record) -> tuple[str, ...]:
    """The columns that differ from the row as it was read."""
    columns, former = type(record).__table__.c, inspect(record).committed_state
    differing = (name for name, was in former.items() if _settled(was) != getattr(record, name))
    return tuple(sorted(name for name in differing if name in columns))


def settled(parts: Parts) -> list[Record]:
    """Tells SQLAlchemy that rows stand in the database as they are; returns those that do."""
    standing = []
    for part, records in parts.items():
        for record in records:
            make_transient(record)
            if part.what != "deleted":
                make_transient_to_detached(record)
                standing.append(record)
    return standing


def changes_of(
    work: "Work",
    new: Sequence[Record],
    old: Sequence[Record],
    gone: Sequence[Record],
    session: Session | None = None,
) -> list[Change]:
    """What will have happened to records, each completed and checked."""
    prepare(work, new, old, session)
    found = (work.shown.pop(record, None) for record in (*new, *old))
    return [*(each for each in found if each is not None), *map(_deleted, gone)]


def prepare(
    work: "Work",
    new: Sequence[Record],
    old: Sequence[Record],
    session: Session | None = None,
) -> None:
    """Completes and checks records; what was shown ahead of being written stays as it was shown."""
    now = datetime.now(UTC)
    for record in new:
        if record not in work.shown:
            work.shown[record] = _created(work, record, now)
    for record in old:
        if record not in work.shown and (change := _updated(session, work, record, now)):
            work.shown[record] = change


def moves(record: Record) -> bool:
    """Whether a change lets others in, for which shares and locks have to be looked at."""
    own_audience = type(record).audience is not Record.audience
    return own_audience or "owner_id" in inspect(record).committed_state


def _created(work: "Work", record: Record, now: datetime) -> Change:
    record.created_at = record.updated_at = now
    record.created_by = record.updated_by = work.actor.name
    record.version = 1
    _refuse_emptied(record)
    record.prepare(work.actor)
    _check(work, record, record.fields)
    # A record that takes another's place brings the keys of that one along.
    if record.keys is None:
        record.keys, record.wkeys = work.process.policy.row_keys(record, ())
    record.changed(None)
    return Change(record, "created", {}, _filled(record))


def _updated(session: Session | None, work: "Work", record: Record, now: datetime) -> Change | None:
    _refuse_emptied(record)
    record.prepare(work.actor)
    before = _before(record)
    if not before:
        return None
    _check(work, record, before)
    stamps = {name: getattr(record, name) for name in ("version", "updated_at", "updated_by")}
    record.updated_at, record.updated_by = now, work.actor.name
    record.version += 1
    if session is not None:
        _rekey(session, work, record, moved="owner_id" in before)
    record.changed(_snapshot(record, before))
    changed = sorted(name for name in before if name in record.fields or name == "custom")
    return Change(record, "updated", before, changed, stamps)


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
    _refuse_emptied(record)
    record.prepare(work.actor)
    _check(work, record, record.fields)


def _check(work: "Work", record: Record, names: Collection[str]) -> None:
    judged = _judged(type(record))
    wrong = {
        name: text for name in names if name in judged and (text := _wrong(work, record, name))
    }
    wrong |= dict(wrong_amounts(record, names))
    if wrong:
        raise Invalid("", wrong)
    require_weight(record)
    record.check()


def _refuse_emptied(record: Record) -> None:
    """What began with a value and was emptied is told before a rule stumbles over it."""
    wrong = {
        name: f"{record.fields[name].said.label}: fill this in."
        for name in _never_empty(type(record))
        if getattr(record, name) is None
    }
    if wrong:
        raise Invalid("", wrong)


@cache
def _never_empty(kind: type[Record]) -> tuple[str, ...]:
    return tuple(
        name
        for name, known in kind.fields.items()
        if known.required and known.said.initial is not None and name not in STAMPS
    )


@cache
def _judged(kind: type[Record]) -> frozenset[str]:
    """The fields of which something can be wrong beyond what their kind reads."""
    return frozenset(
        name
        for name, known in kind.fields.items()
        if (known.required and name not in STAMPS)
        or isinstance(known.said.kind, Choice)
        or names_people(known)
    )


def _wrong(work: "Work", record: Record, name: str) -> str:
    known, value = record.fields[name], getattr(record, name)
    if value is None:
        return f"{known.said.label}: fill this in." if known.required and name not in STAMPS else ""
    if isinstance(known.said.kind, Choice):
        return work.process.choices.wrong(known.said.kind.list, value)
    return wrong_people(work, record, name) if names_people(known) else ""


def _rekey(session: Session, work: "Work", record: Record, *, moved: bool) -> None:
    """Shares given by hand end when the record moves to another owner."""
    if not moved and type(record).audience is Record.audience:
        return
    # Held, so that nobody who shares it at the same time goes by keys that are about to change.
    table = type(record).__table__.c
    session.execute(select(table.id).where(table.id == record.id).with_for_update(key_share=True))
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
