"""What every record goes through on its way to the database: completed, checked, versioned and keyed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.entity import Before, Record
from kit.entity.parts import parts_in
from kit.entity.tracking import former, is_stored, replaced, was
from kit.errors import Invalid
from kit.ids import uuid7
from kit.records.write.history import GONE_AS, MERGED, MERGED_INTO, Change
from kit.records.write.keys import Shares, give_keys, refuse_unowned, rekey
from kit.records.write.validation import check_record, choose_tags, refuse_emptied

if TYPE_CHECKING:
    from kit.records.write.work import Work


def complete(work: "Work", records: Iterable[Record]) -> None:
    """Fills what follows from the rest; a rule never stumbles over what somebody emptied."""
    for record in records:
        if not to_the_bin_or_back(record):
            if not work.follows:
                refuse_emptied(record)
            identify_parts(record)
            choose_tags(work, record)
            record.prepare(work.actor)


def identify_parts(record: Record) -> None:
    """Gives new parts their ids; one that comes with an id is a part that its whole had before."""
    for name in parts_in(type(record)):
        if is_stored(record) and not replaced(record, name):
            continue
        left = {part.id for part in was(record, name) or ()}
        for number, part in enumerate(getattr(record, name), start=1):
            if part.id is None:
                part.id = uuid7()
            elif part.id in left:
                left.remove(part.id)
            else:
                told = f"Line {number}: There is no such line left here; leave out its id."
                raise Invalid("", {name: told})


def judge(work: "Work", new: Sequence[Record], old: Sequence[Record], shares: Shares) -> None:
    """Checks records and says what will have happened; what was shown stays as it was shown."""
    now = datetime.now(UTC)
    for record in new:
        work.shown[record] = _created(work, record, now)
    for record in old:
        if change := _updated(work, record, now, shares):
            work.shown[record] = change


def changes_of(work: "Work") -> list[Change]:
    """What will have happened to records, in the order in which it is told."""
    pending = work.pending
    found = (work.shown.pop(record, None) for record in (*pending.new, *pending.changed))
    return [*(each for each in found if each is not None), *map(_deleted, pending.gone)]


def _created(work: "Work", record: Record, now: datetime) -> Change:
    record.created_at = record.updated_at = now
    record.created_by = record.updated_by = work.actor.name
    record.version = 1
    check_record(work, record, record.fields)
    refuse_unowned(record)
    # A record that takes another's place brings the keys of that one along.
    if record.keys is None:
        give_keys(record, work.process.policy.row_keys(record, ()))
    record.inherited = work.references.inherited(record)
    work.references.know(record)
    record.changed(None)
    return Change(record, "created", {}, _filled(record))


def _updated(work: "Work", record: Record, now: datetime, shares: Shares) -> Change | None:
    if what := to_the_bin_or_back(record):
        return _moved_over(work, record, what, now)
    before = _before(record)
    if not before:
        return None
    if not work.follows:
        check_record(work, record, before)
    stamps = _stamp(work, record, now)
    rekey(work, record, shares)
    record.changed(_snapshot(record, before))
    return Change(record, "updated", before, sorted(before), stamps)


def _stamp(work: "Work", record: Record, now: datetime) -> dict[str, Any]:
    """Gives a record its next version; returns the stamps that it had."""
    stamps = {name: getattr(record, name) for name in ("version", "updated_at", "updated_by")}
    record.updated_at, record.updated_by = now, work.actor.name
    record.version += 1
    return stamps


def to_the_bin_or_back(record: Record) -> str:
    """Whether a record is deleted or restored; both leave its fields as they are."""
    if "binned_at" not in former(record):
        return ""
    return "deleted" if record.binned_at else "restored"


def _moved_over(work: "Work", record: Record, what: str, now: datetime) -> Change:
    """No rule is asked whether the record still makes sense: it comes back as it went."""
    said = {name: sides for name in (MERGED_INTO, GONE_AS) if any(sides := _sides(record, name))}
    return Change(record, what, {}, [], _stamp(work, record, now), said)


def _sides(record: Record, name: str) -> list[Any]:
    """Into which record it was merged, or as what it was gone, before and now."""
    return [
        None if each is None else str(each) for each in (was(record, name), getattr(record, name))
    ]


def told_as(work: "Work", record: Record, what: str, others: list[list[str]]) -> None:
    """Tells of a change of a record, and of one that changes none of its fields, by a name of its own."""
    change = work.shown.get(record) or Change(
        record, what, {}, [], _stamp(work, record, datetime.now(UTC))
    )
    work.shown[record] = replace(change, what=what, said={MERGED: others})


def _deleted(record: Record) -> Change:
    filled = _filled(record)
    return Change(record, "deleted", {name: getattr(record, name) for name in filled}, filled)


def _filled(record: Record) -> list[str]:
    """The tracked fields that say something."""
    tracked = (name for name, known in record.fields.items() if known.said.tracked)
    return [name for name in tracked if getattr(record, name) not in (None, [], False)]


def _before(record: Record) -> dict[str, Any]:
    """The former values of the fields that differ now."""
    return {
        name: value
        for name, value in former(record).items()
        if name in record.fields or name == "custom"
    }


def _snapshot(record: Record, before: dict[str, Any]) -> Before:
    return Before(**{name: before.get(name, getattr(record, name)) for name in record.fields})
