"""Whether somebody's view of a record is still good enough to change it by."""

from typing import Any

from sqlalchemy import Integer, Uuid, bindparam, func, select

from kit.entity import Record
from kit.records.tables import history
from kit.records.write.history import ACCESS
from kit.records.write.work import Work

_NAMES = select(func.jsonb_object_keys(history.c.changes)).correlate(history).scalar_subquery()
_SINCE = (
    select(func.array(_NAMES))
    .where(history.c.record_id == bindparam("id", type_=Uuid()))
    .where(history.c.version > bindparam("seen", type_=Integer()))
)


async def still_good(work: Work, record: Record, seen: int) -> bool:
    """Whether nothing has changed since a version was seen, but for figures that move by themselves."""
    if seen == record.version:
        return True
    changes = await work.rows(_SINCE, id=record.id, seen=seen)
    complete = len(changes) == record.version - seen
    return complete and all(_figures(record).issuperset(names) for (names,) in changes)


def _figures(record: Record) -> set[str]:
    """What may change without making anybody's view stale: figures, and who was given access."""
    return {ACCESS, *(name for name, known in record.fields.items() if known.said.figure)}


def seen_version(request: Any, record: Record) -> int:
    """The version that a caller has seen; who names none has seen the latest."""
    return int(request.version) if request.HasField("version") else record.version
