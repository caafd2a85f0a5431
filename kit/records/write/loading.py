"""Records made of rows, past SQLAlchemy's loading: of fifty columns that costs a third."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, inspect, select

from kit.access.clause import reachable_by_parameter, standing, within_reach_by_parameter
from kit.access.reach import Reach
from kit.database.statements import reader
from kit.entity import Level, Record
from kit.entity.parts import parts_in
from kit.entity.tracking import as_stored

R = TypeVar("R", bound=Record)
Convert = Callable[[Any], Any]


def itself(record: type[Record]) -> Select[Any]:
    """The record whose id is the parameter, wherever it stands."""
    return stored(record).where(record.__table__.c.id == bindparam("id", type_=Uuid()))


def by_id(record: type[Record], reach: Reach, level: Level, *, binned: bool) -> Select[Any]:
    """The same within reach, among those that stand or those in the bin."""
    return itself(record).where(reachable_by_parameter(record, reach, level, binned=binned))


def by_ids(record: type[Record], reach: Reach, level: Level) -> Select[Any]:
    """The records within reach whose ids are the parameter; the deleted as well, which others still name."""
    table = record.__table__.c
    some = table.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    reached = within_reach_by_parameter(record, reach, level)
    return _columns(record).where(some, reached).order_by(table.id)


def standing_by_ids(
    record: type[Record], reach: Reach, level: Level, *, binned: bool
) -> Select[Any]:
    """The same among those that stand, or those in the bin."""
    table = record.__table__.c
    some = table.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    reached = reachable_by_parameter(record, reach, level, binned=binned)
    return stored(record).where(some, reached)


def every(record: type[Record]) -> Select[Any]:
    """All that stand, oldest first."""
    return stored(record).where(standing(record.__table__)).order_by(record.__table__.c.id)


def within(
    record: type[Record],
    reach: Reach,
    level: Level,
    where: Sequence[ColumnElement[bool]],
    limit: int,
) -> Select[Any]:
    """The records within reach that meet the conditions, oldest first."""
    met = stored(record).where(reachable_by_parameter(record, reach, level), *where)
    return met.order_by(record.__table__.c.id).limit(limit)


def stored(record: type[Record]) -> Select[Any]:
    """The rows of an entity, as records are made of them; further conditions are added to it.

    An erased one is no record any more: it makes no sense to any rule.
    """
    return _columns(record).where(record.__table__.c.erased_at.is_(None))


def _columns(record: type[Record]) -> Select[Any]:
    return select(*_selected(record).values())


def revived(record: type[R], row: Any) -> R:
    """The record that a row tells of."""
    found = cast("R", record.__mapper__.class_manager.new_instance())
    fill(found, row)
    return found


def fill(record: Record, row: Any) -> None:
    """Lets a record say what its row says."""
    values = vars(record)
    for (name, convert), value in zip(_converters(type(record)).items(), row, strict=True):
        values[name] = value if convert is None or value is None else convert(value)
    as_stored(record)


@cache
def _converters(record: type[Record]) -> Mapping[str, Convert | None]:
    """The columns by name, with what makes Python's value of the driver's where they differ."""
    return {name: reader(each.type) for name, each in _selected(record).items()}


def _selected(record: type[Record]) -> Mapping[str, ColumnElement[Any]]:
    """The mapped columns, and the parts of the record."""
    parts = {name: record.fields[name].column.label(name) for name in parts_in(record)}
    return {each.name: each for each in inspect(record).columns} | parts
