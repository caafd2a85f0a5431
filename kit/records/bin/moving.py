"""Into the bin and out of it: a change of the record like any other, with version, history and event."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kit.entity import Record
from kit.errors import Refused

if TYPE_CHECKING:
    from kit.records.write.work import Work


def put_into_bin(work: "Work", *records: Record) -> None:
    """Deletes records at one moment, if their rules let them go; what refers to them goes on naming them."""
    now = datetime.now(UTC)
    for record in records:
        record.removing()
        record.binned_at, record.binned_by = now, work.actor.name


def take_in(work: "Work", survivor: Record, *others: Record) -> None:
    """Makes records part of another one, which their rules know: what names them is led to that one."""
    for each in others:
        each.merged_into = survivor.id
    put_into_bin(work, *others)


def put_away(work: "Work", record: Record, became: str, heir: Record) -> None:
    """Keeps a record of which others were made, for the way back; what stands beside it goes to the heir."""
    put_into_bin(work, record)
    record.gone_as = became
    work.pass_on(record, heir)


def take_from_bin(record: Record) -> None:
    """Restores a record as it was; one that was merged or became others comes with that alone."""
    if record.merged_into is not None:
        raise Refused("This record was merged into another one; undo the merge there.")
    if record.gone_as is not None:
        raise Refused("Others were made of this record; take that back on its page.")
    record.binned_at = record.binned_by = None
