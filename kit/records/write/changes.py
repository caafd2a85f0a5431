"""What every record goes through on its way to the database: completed, checked, versioned and keyed.

A session does it with every flush, and work without a session at its end; so no handler can forget
it, and history and events are written with the rows (`kit/records/write/writer.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached
from sqlalchemy.util import await_only

from kit.access.clause import COLUMNS
from kit.entity import Before, Record
from kit.records.write.history import Change, beside
from kit.records.write.judging import check_record, refuse_emptied
from kit.records.write.keys import give_keys, rekey
from kit.records.write.numbering import give_numbers
from kit.records.write.writer import Part, Parts, write
from kit.references.cascade import follow
from kit.references.fetching import on
from kit.references.trees import refuse_circles

if TYPE_CHECKING:
    from kit.records.write.work import Work


_ACCESS = {*COLUMNS.values(), "inherited"}


class Remembering(Session):
    """The session of every unit of work."""


@event.listens_for(Remembering, "before_flush")
def _write(session: Session, *_: object) -> None:
    """Writes the records that changed ahead of SQLAlchemy, to whom only what is no record is left."""
    work: Work = session.info["work"]
    new, old, gone = map(_records, (session.new, session.dirty, session.deleted))
    if new or old:
        await_only(work.references.learn(on(_begun(session)), new, old))
        await_only(refuse_circles(on(_begun(session)), new, old))
    if new:
        await_only(give_numbers(on(_begun(session)), new))
    changes = changes_of(work, new, old, gone, session)
    if parts := parts_of(new, old, gone):
        await_only(write(_begun(session), parts, beside(work, changes)))
        await_only(_followed(session, work, old))
        session.add_all(settled(parts))
    work.written += changes


async def _followed(session: Session, work: "Work", old: Sequence[Record]) -> None:
    """What hangs on a record whose access has moved follows in the same transaction."""
    moved: dict[str, list[UUID]] = {}
    for record in old:
        if not inspect(record).committed_state.keys().isdisjoint(_ACCESS):
            moved.setdefault(record.entity, []).append(record.id)
    for entity, ids in moved.items():
        await follow(on(_begun(session)), work.process.entities, entity, ids)


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


def _created(work: "Work", record: Record, now: datetime) -> Change:
    record.created_at = record.updated_at = now
    record.created_by = record.updated_by = work.actor.name
    record.version = 1
    refuse_emptied(record)
    record.prepare(work.actor)
    check_record(work, record, record.fields)
    # A record that takes another's place brings the keys of that one along.
    if record.keys is None:
        give_keys(record, work.process.policy.row_keys(record, ()))
    record.inherited = work.references.inherited(record)
    work.references.know(record)
    record.changed(None)
    return Change(record, "created", {}, _filled(record))


def _updated(session: Session | None, work: "Work", record: Record, now: datetime) -> Change | None:
    if what := _to_the_bin_or_back(record):
        return _moved_over(work, record, what, now)
    refuse_emptied(record)
    record.prepare(work.actor)
    before = _before(record)
    if not before:
        return None
    check_record(work, record, before)
    stamps = _stamp(work, record, now)
    if session is not None:
        rekey(session, work, record, moved="owner_id" in before)
    record.changed(_snapshot(record, before))
    changed = sorted(name for name in before if name in record.fields or name == "custom")
    return Change(record, "updated", before, changed, stamps)


def _stamp(work: "Work", record: Record, now: datetime) -> dict[str, Any]:
    """Gives a record its next version; returns the stamps that it had."""
    stamps = {name: getattr(record, name) for name in ("version", "updated_at", "updated_by")}
    record.updated_at, record.updated_by = now, work.actor.name
    record.version += 1
    return stamps


def _to_the_bin_or_back(record: Record) -> str:
    """Whether a record is deleted or restored; both leave its fields as they are."""
    if "binned_at" not in inspect(record).committed_state:
        return ""
    return "deleted" if record.binned_at else "restored"


def _moved_over(work: "Work", record: Record, what: str, now: datetime) -> Change:
    """No rule is asked whether the record still makes sense: it comes back as it went."""
    return Change(record, what, {}, [], _stamp(work, record, now))


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
