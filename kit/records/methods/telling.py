"""The history of a record, and a line of it as one caller may read it."""

from typing import Any
from uuid import UUID

import msgspec
import orjson
from crm.v1 import records_pb2 as pb
from sqlalchemy import Select, select, true

from kit.access.permit import Permit
from kit.entity import Record
from kit.records.read.leading import taken_in
from kit.records.read.naming import Wanted, named_in
from kit.records.tables import history
from kit.records.write.history import custom_changes


def lines_of(record: type[Record], id: UUID, before: int | None, limit: int) -> Select[Any]:
    """The newest lines of a record and of all that were merged into it, as of one."""
    all_ = taken_in(record, record.__table__.c.id == id)
    of_one = select(history).where(
        history.c.record_id == all_.c.id, history.c.entity == record.entity
    )
    if before is not None:
        of_one = of_one.where(history.c.seq < before)
    newest = of_one.order_by(history.c.seq.desc()).limit(limit).lateral()
    found = select(newest).select_from(all_).join(newest, true())
    return found.order_by(newest.c.seq.desc()).limit(limit)


def entry_of(permit: Permit, row: Any) -> pb.HistoryEntry:
    """One change, without the fields that the caller may not see."""
    told = row["changes"]
    changes = dict(told) if isinstance(told, dict) else msgspec.json.decode(told)
    if "custom" in changes:
        # Lines of before custom fields were told one by one.
        changes.update(custom_changes(*changes.pop("custom")))
    return pb.HistoryEntry(
        at=row["at"].isoformat().replace("+00:00", "Z"),
        actor=row["actor"],
        what=row["what"],
        version=row["version"],
        changes=[_field_change(name, *changes[name]) for name in changes if permit.sees(name)],
    )


def names_in(permit: Permit, entry: pb.HistoryEntry) -> Wanted:
    """Whom and what a change names."""
    return named_in(permit.record, _sides(entry), entry.actor)


def _field_change(name: str, before: Any, after: Any) -> pb.FieldChange:
    change = pb.FieldChange(field=name)
    if before is not None:
        change.before = orjson.dumps(before).decode()
    if after is not None:
        change.after = orjson.dumps(after).decode()
    return change


def _sides(entry: pb.HistoryEntry) -> dict[str, list[Any]]:
    """The values before and after, by field."""
    return {
        each.field: [orjson.loads(side) for side in (each.before, each.after) if side]
        for each in entry.changes
    }
