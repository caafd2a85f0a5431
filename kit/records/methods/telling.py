"""A line of history as one caller may read it."""

from typing import Any

import msgspec
import orjson
from crm.v1 import records_pb2 as pb

from kit.access.permit import Permit
from kit.records.read.naming import Wanted, named_in
from kit.records.write.history import custom_changes


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
