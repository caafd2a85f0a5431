"""The one clause by which rows are seen or changed: get, list, count, search and figures all use it."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    bindparam,
    false,
    literal,
    or_,
    true,
)

from kit.access.reach import Reach
from kit.entity import Level, Record


def reachable(record: type[Record], reach: Reach, level: Level) -> ColumnElement[bool]:
    """The rows of an entity within a caller's reach, as SQL."""
    return _within(
        record,
        reach,
        level,
        literal(list(reach.keys), ARRAY(Integer)),
        literal(list(reach.inherited), ARRAY(BigInteger)),
    )


def reachable_by_parameter(record: type[Record], reach: Reach, level: Level) -> ColumnElement[bool]:
    """The same with parameters, so that one compiled statement serves everybody."""
    keys = bindparam("keys", type_=ARRAY(Integer))
    return _within(record, reach, level, keys, inherited_parameter())


def inherited_parameter() -> ColumnElement[Any]:
    """What the caller reaches through what a row hangs on, as the parameter `inherited`."""
    return bindparam("inherited", type_=ARRAY(BigInteger))


def _within(
    record: type[Record],
    reach: Reach,
    level: Level,
    keys: ColumnElement[Any],
    inherited: ColumnElement[Any],
) -> ColumnElement[bool]:
    """Empty arrays are left out: the planner would walk the whole index for them."""
    if reach.all:
        return true()
    table = record.__table__.c
    ways = [table[COLUMNS[level]].bool_op("&&")(keys)] if reach.keys else []
    if reach.inherited:
        ways.append(table.inherited.bool_op("&&")(inherited))
    return or_(false(), *ways)


COLUMNS = {Level.READ: "keys", Level.EDIT: "wkeys", Level.FULL: "full_keys"}
"""The column that holds the keys of each level."""
