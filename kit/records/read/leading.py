"""Where the ids of records lead that were merged into others, and from where they lead to a record."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select

from kit.access.clause import reachable_by_parameter
from kit.access.reach import Reach
from kit.entity import Level, Record


def led_to(record: type[Record], reach: Reach) -> Select[Any]:
    """The record, within reach, that took in the one whose id is the parameter, at whatever remove."""
    table: Any = record.__table__
    reached = reachable_by_parameter(record, reach, Level.READ)
    return select(table.c.id).where(table.c.id.in_(ids_after(record)), reached)


def ids_after(record: type[Record]) -> Select[Any]:
    """The ids to which the one leads that is the parameter, whatever stands under them."""
    table: Any = record.__table__
    merged = table.c.merged_into.is_not(None)
    first = select(table.c.merged_into.label("id")).where(
        table.c.id == bindparam("id", type_=Uuid()), merged
    )
    line = first.cte("line", recursive=True)
    further = select(table.c.merged_into).where(table.c.id == line.c.id, merged)
    # A union drops what it has met, so that the walk ends whatever stands there.
    return select(line.union(further).c.id)


def taken_in(record: type[Record], which: ColumnElement[bool]) -> Any:
    """These records, and all that were merged into them: `id`, and `root` into which it was in the end."""
    table: Any = record.__table__
    line = select(table.c.id, table.c.id.label("root")).where(which).cte("taken_in", recursive=True)
    return line.union(select(table.c.id, line.c.root).where(table.c.merged_into == line.c.id))
