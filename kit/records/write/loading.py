"""One record by its id, read past SQLAlchemy's loading: a prepared statement, and an instance of it.

The instance is what SQLAlchemy calls detached: what is changed in it is tracked, and a session can
take it in. Loading a row of fifty columns through a session costs three times as much.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from sqlalchemy import Select, Uuid, bindparam, inspect, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeDecorator, TypeEngine

from kit.access.clause import reachable_by_parameter, standing
from kit.access.reach import Reach
from kit.database.engine import Database
from kit.entity import Level, Record
from kit.records.statements import Statements

R = TypeVar("R", bound=Record)
Convert = Callable[[Any], Any]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Loading:
    """Reads records of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements = Statements()

    async def one(
        self,
        record: type[R],
        id: UUID,  # noqa: A002
        reach: Reach,
        level: Level,
        *,
        binned: bool = False,
    ) -> R | None:
        """The record within reach, if it is there, or there in the bin."""
        key = (record, level, reach.shape, binned)
        make = partial(_by_id, record, reach, level, binned=binned)
        statement = self._statements.once(key, make)
        given = statement.arguments({**reach.parameters, "id": id})
        rows = await self._database.fetch(statement.text, given)
        return revived(record, rows[0]) if rows else None

    async def all(self, record: type[R]) -> Sequence[R]:
        """Every record of a small table, whoever may see it, oldest first."""
        statement = self._statements.once((record, "all"), lambda: _every(record))
        rows = await self._database.fetch(statement.text, statement.arguments({}))
        return [revived(record, row) for row in rows]

    async def rows(
        self, query: Select[*tuple[Any, ...]], given: Mapping[str, Any]
    ) -> Sequence[Any]:
        """The rows of a query that is a constant of its module, and is compiled once."""
        statement = self._statements.once(query, lambda: query)
        return await self._database.fetch(statement.text, statement.arguments(given))


def _by_id(record: type[Record], reach: Reach, level: Level, *, binned: bool) -> Select[Any]:
    same = record.__table__.c.id == bindparam("id", type_=Uuid())
    within = reachable_by_parameter(record, reach, level, binned=binned)
    return _columns(record).where(same, within)


def _every(record: type[Record]) -> Select[Any]:
    table = record.__table__
    return _columns(record).where(standing(table)).order_by(table.c.id)


def _columns(record: type[Record]) -> Select[Any]:
    return select(*(record.__table__.c[name] for name in _converters(record)))


def revived(record: type[R], row: Any) -> R:
    """The record that a row tells of."""
    found = cast("R", inspect(record).class_manager.new_instance())
    values = vars(found)
    for (name, convert), value in zip(_converters(record).items(), row, strict=True):
        values[name] = value if convert is None or value is None else convert(value)
    make_transient_to_detached(found)
    return found


@cache
def _converters(record: type[Record]) -> Mapping[str, Convert | None]:
    """The mapped columns, with what makes Python's value of the driver's where they differ."""
    return {each.name: _converter(each.type) for each in inspect(record).columns}


def _converter(kind: TypeEngine[Any]) -> Convert | None:
    """JSON comes as it stands in the database, all else as Python's value."""
    if isinstance(kind, TypeDecorator):
        return lambda raw: kind.process_result_value(msgspec.json.decode(raw), _DIALECT)
    return msgspec.json.decode if isinstance(kind, JSONB) else None
