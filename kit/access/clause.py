"""The one clause by which rows are seen or changed: get, list, count, search and figures all use it."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, bindparam, false, literal, true

from kit.access.policy import Reach
from kit.entity import Level, Record


def reachable(record: type[Record], reach: Reach, level: Level) -> ColumnElement[bool]:
    """The rows of an entity within a caller's reach, as SQL."""
    if reach.all:
        return true()
    if not reach.keys:
        return false()
    reached: ColumnElement[bool] = _column(record, level).bool_op("&&")(
        literal(list(reach.keys), ARRAY(Integer))
    )
    return reached


def reachable_by_parameter(record: type[Record], reach: Reach, level: Level) -> ColumnElement[bool]:
    """The same with the keys as the parameter `keys`, so that one compiled statement serves everybody."""
    if reach.all or not reach.keys:
        return reachable(record, reach, level)
    reached: ColumnElement[bool] = _column(record, level).bool_op("&&")(
        bindparam("keys", type_=ARRAY(Integer))
    )
    return reached


def _column(record: type[Record], level: Level) -> Any:
    return record.__table__.c["keys" if level is Level.READ else "wkeys"]
