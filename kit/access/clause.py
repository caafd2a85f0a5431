"""The one clause by which rows are seen or changed: get, list, count, search and figures all use it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    or_,
    true,
)

from kit.access.reach import Reach
from kit.entity import Level, Record


def reachable(
    record: type[Record], reach: Reach, level: Level, *, binned: bool = False
) -> ColumnElement[bool]:
    """The rows of an entity within a caller's reach, as SQL: those that stand, or those in the bin."""
    place = in_bin(record.__table__) if binned else standing(record.__table__)
    return and_(place, within_reach(record, reach, level))


def within_reach(record: type[Record], reach: Reach, level: Level) -> ColumnElement[bool]:
    """The same wherever the rows stand, for what names records that others refer to."""
    keys = literal(list(reach.keys), ARRAY(Integer))
    inherited = literal(list(reach.inherited), ARRAY(BigInteger))
    return and_(true(), *_within(record, reach, level, keys, inherited))


def reachable_by_parameter(
    record: type[Record], reach: Reach, level: Level, *, binned: bool = False, suffix: str = ""
) -> ColumnElement[bool]:
    """The same with parameters, so that one compiled statement serves everybody.

    A statement about several entities tells the reach of each under names with a `suffix` of its own.
    """
    place = in_bin(record.__table__) if binned else standing(record.__table__)
    return and_(place, within_reach_by_parameter(record, reach, level, suffix))


def within_reach_by_parameter(
    record: type[Record], reach: Reach, level: Level, suffix: str = ""
) -> ColumnElement[bool]:
    """The same wherever the rows stand."""
    keys = bindparam(f"keys{suffix}", type_=ARRAY(Integer), required=False)
    return and_(true(), *_within(record, reach, level, keys, inherited_parameter(suffix)))


def standing(table: Any) -> ColumnElement[bool]:
    """The rows that nobody has deleted."""
    return table.c.binned_at.is_(None)  # type: ignore[no-any-return]  # columns of any table


def in_bin(table: Any) -> ColumnElement[bool]:
    """The rows that were deleted and may still be restored."""
    return and_(table.c.binned_at.is_not(None), table.c.erased_at.is_(None))


def inherited_parameter(suffix: str = "") -> ColumnElement[Any]:
    """What the caller reaches through what a row hangs on, as the parameter `inherited`."""
    return bindparam(f"inherited{suffix}", type_=ARRAY(BigInteger), required=False)


def _within(
    record: type[Record],
    reach: Reach,
    level: Level,
    keys: ColumnElement[Any],
    inherited: ColumnElement[Any],
) -> Sequence[ColumnElement[bool]]:
    """Nothing for whoever reaches all."""
    if reach.everything:
        return ()
    return (met(record.__table__.c, COLUMNS[level], reach, keys, inherited),)


def met(
    columns: Any,
    held: str,
    reach: Reach,
    keys: ColumnElement[Any],
    inherited: ColumnElement[Any],
) -> ColumnElement[bool]:
    """The rows within a reach, of a table or of copies, by the keys in the column `held`.

    Where all are reached but those that are marked, the mark is looked at first, since few have it.
    Empty arrays would have the planner walk the whole index.
    """
    ways = [literal_column(str(reach.apart)) != func.all(columns.inherited)] if reach.all else []
    if reach.keys:
        ways.append(columns[held].bool_op("&&")(keys))
    if reach.inherited:
        ways.append(columns.inherited.bool_op("&&")(inherited))
    return or_(false(), *ways)


COLUMNS = {Level.READ: "keys", Level.EDIT: "wkeys", Level.FULL: "full_keys"}
"""The column that holds the keys of each level."""
