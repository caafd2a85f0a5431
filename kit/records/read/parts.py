"""The fields of a record's parts, asked for as if they were its own: `lines.quantity`, of some line.

A part is as open as the field that holds it. A condition on one finds the records of which some part
meets it; each condition may be met by another part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists

from kit.access.permit import Permit
from kit.entity import Field, Parts, Record
from kit.entity.fields import said
from kit.entity.parts import parts_in
from kit.errors import Invalid
from kit.query import Path


class PartFields:
    """Every such field of one entity that the caller may see, made when it is asked for."""

    def __init__(self, permit: Permit) -> None:
        self._record = permit.record
        parts = parts_in(self._record)
        self._seen = {name: parts[name] for name in permit.seen(parts)}

    def __iter__(self) -> Iterator[str]:
        for name, kind in self._seen.items():
            yield from (f"{name}.{column.name}" for column in kind.row.columns)

    def find(self, name: str) -> Field | None:
        """The field of that name; its column is the part's own, for those who look at parts one by one."""
        head, _, tail = name.partition(".")
        kind = self._seen.get(head)
        columns = kind.row.columns if kind else ()
        column = next((each for each in columns if each.name == tail), None)
        if kind is None or column is None:
            return None
        told, path = said(column.kind, column.label), self._path(kind, tail)
        return Field(name, told, kind.row.table.c[tail], nullable=True, path=path)

    def _path(self, kind: Parts, tail: str) -> Path:
        some = kind.row.table.alias("some")
        mine = some.c[kind.row.of_whole().name] == self._record.__table__.c.id

        def leads(condition: ColumnElement[bool]) -> ColumnElement[bool]:
            return exists().select_from(some).where(mine, condition).correlate_except(some)

        return Path(some.c[tail], leads, many=True)


@dataclass(frozen=True, slots=True)
class Source:
    """What figures are counted over: records, or their parts one by one."""

    rows: Any
    where: Sequence[ColumnElement[bool]] = ()
    of_parts: bool = False


def over(record: type[Record], groups: Sequence[Field], measured: Sequence[Field]) -> Source:
    """The parts where one of their fields is a group or is measured; parts without a group are in none."""
    whole: Any = record.__table__
    tables = {each.column.table: each for each in (*groups, *measured) if _is_of_part(each)}
    if not tables:
        return Source(whole)
    if len(tables) > 1:
        raise Invalid("Figures are of one kind of lines at a time.")
    if others := [each.name for each in measured if not _is_of_part(each)]:
        told = f"{others[0]!r} is the whole record's, and would count once for each of its lines."
        raise Invalid(measures=told)
    (table,) = tables
    kind = next(each for each in parts_in(record).values() if each.row.table is table)
    named = [each.column.is_not(None) for each in groups if _is_of_part(each)]
    return Source(whole.join(table, kind.row.of_whole() == whole.c.id), named, of_parts=True)


def _is_of_part(field: Field) -> bool:
    return bool(field.path and field.path.many)
