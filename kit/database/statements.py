"""Statements as asyncpg takes them: built by SQLAlchemy, compiled once, their values passed as they are."""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Executable, Select, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeDecorator, TypeEngine

_KEPT = 2_000
_DIALECT = asyncpg_dialect(json_serializer=lambda value: msgspec.json.encode(value).decode())  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement: its text, its parameters in order, and how its rows are read."""

    text: str
    order: tuple[str, ...]
    constants: Mapping[str, Any]
    told: Mapping[str, Convert]
    """What makes the driver's value of Python's, where they differ."""
    read: Sequence[Convert | None]
    """What makes Python's value of the driver's, by column; empty where all are alike."""
    tables: frozenset[str]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        values = [given[name] if name in given else self.constants[name] for name in self.order]
        if self.told:
            for place, name in enumerate(self.order):
                if (convert := self.told.get(name)) and values[place] is not None:
                    values[place] = convert(values[place])
        return values

    def rows(self, found: Sequence[Any]) -> list[Any]:
        """Rows by name and by place, as Python knows their values."""
        if not found:
            return []
        row = _row(tuple(found[0].keys()))
        if not self.read:
            return [row(*each) for each in found]
        return [row(*map(_converted, self.read, each)) for each in found]


def _converted(convert: Convert | None, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


def compiled(query: Executable) -> Statement:
    """A query, or a statement that changes something, as text with its parameters in order."""
    text: Any = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]  # every statement of ours can be compiled
    told = {name: way for name, bound in text.binds.items() if (way := _teller(bound.type))}
    read = tuple(reader(column.type) for column in getattr(query, "exported_columns", ()))
    return Statement(
        str(text),
        tuple(text.positiontup or ()),
        dict(text.params),
        told,
        read if any(read) else (),
        frozenset(each.name for each in iterate(query) if isinstance(each, Table)),  # type: ignore[arg-type]  # SQLAlchemy types a statement as no element
    )


def reader(kind: TypeEngine[Any]) -> Convert | None:
    """JSON comes as it stands in the database, all else as Python's value."""
    if isinstance(kind, TypeDecorator):
        return lambda raw: kind.process_result_value(msgspec.json.decode(raw), _DIALECT)
    return msgspec.json.decode if isinstance(kind, JSONB) else None


def _teller(kind: TypeEngine[Any]) -> Convert | None:
    way: Convert | None = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return way


_rows: dict[tuple[str, ...], Any] = {}


def _row(names: tuple[str, ...]) -> Any:
    """What rows of these columns are: a tuple whose members have names."""
    known = _rows.get(names)
    if known is None:
        known = _rows[names] = namedtuple("Row", names, rename=True)  # noqa: PYI024 - the names come with the rows
    return known


class Statements:
    """The statements that have been built, by what they were built from."""

    def __init__(self) -> None:
        self._kept: dict[Any, Statement] = {}
        self._of_modules: WeakKeyDictionary[Executable, Statement] = WeakKeyDictionary()

    def once(self, key: Any, build: Callable[[], Select[*tuple[Any, ...]]]) -> Statement:
        known = self._kept.get(key)
        if known is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            known = self._kept[key] = compiled(build())
        return known

    def of(self, query: Executable) -> Statement:
        """A statement that is kept as long as the query that it was made of: a module's for good."""
        known = self._of_modules.get(query)
        if known is None:
            known = self._of_modules[query] = compiled(query)
        return known
