"""Wholes and parts: rows of one record that have a table of their own, and can be asked for by it.

    class OpportunityLine(Part, of="sales.Opportunity"):
        product_id: UUID | None = row_field(Reference("sales.Product", here=True), "Product")
        quantity: Decimal = row_field(Decimals(), "Quantity", initial=Decimal(1))

    class Opportunity(Record):
        lines: Mapped[list[OpportunityLine]] = field(Parts(OpportunityLine, most=200), "Lines")

What parts of several wholes have in common is said once, by a `Part` of none:

    class AccountAddress(Address, of="parties.Account"):
    class ContactAddress(Address, of="parties.Contact"):

To people and on the wire they are rows like any others, which also say their id. They are read and
written with their whole, and what may be done with the field may be done with them.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Self
from uuid import UUID

from sqlalchemy import Boolean as BooleanType
from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from kit.database.tables import DECLARED_IN, metadata
from kit.entity.kinds import Kind, Reference
from kit.entity.rows import Column as Said
from kit.entity.rows import Row, Rows, RowsType, taker
from kit.query import Kind as Comparison
from kit.text.folding import folded

_ID = Said("id", Reference(), "Id")
_NONE = literal_column("'[]'::jsonb", JSONB())
# How a column's value is written as JSON; what is a number there would be rounded on its way.
_WRITTEN: Mapping[type[Any], Callable[[Column[Any]], ColumnElement[Any]]] = {
    Numeric: lambda column: cast(column, Text),
    **dict.fromkeys((Text, Uuid, Date, Integer, BooleanType), lambda column: column),
}


class Part(Row):
    """One row of its whole; its columns are declared with `row_field`.

    A shape without a whole has no table: those have one that take it over.
    """

    whole: ClassVar[str]
    table: ClassVar[Table]
    id: UUID | None = None
    """What it keeps while its whole changes; None of one that was not written yet."""

    def __init_subclass__(cls, *, of: str = "") -> None:
        super().__init_subclass__()
        if of:
            cls.whole = of
            cls.table = _table(cls)

    @classmethod
    def read(cls, source: Any) -> Self:
        found = super().read(source)
        found.id = _ID.read(taker(source)("id"))
        return found

    @classmethod
    def stored(cls, source: Mapping[str, Any]) -> Self:
        found = super().stored(source)
        found.id = _ID.stored(source.get("id"))
        return found

    def plain(self) -> dict[str, Any]:
        return ({"id": str(self.id)} if self.id else {}) | super().plain()

    @classmethod
    def of_whole(cls) -> Column[Any]:
        """The column that names the whole."""
        return cls.table.c[_names_whole(cls)]

    def row(self, whole: UUID, position: int) -> dict[str, Any]:
        """What its table holds of it."""
        values = {column.name: getattr(self, column.name) for column in self.columns}
        return {"id": self.id, _names_whole(type(self)): whole, "position": position, **values}


@dataclasses.dataclass(frozen=True)
class Parts(Rows):
    """Parts of one shape in their order, `most` at most."""

    row: type[Part] = Part

    def of(self, whole: Table) -> ColumnElement[Any]:
        """The parts of a whole, as the JSON in which rows are stored and shown."""
        part = self.row.table.alias(f"of_{whole.name}")
        shown = func.jsonb_strip_nulls(func.jsonb_build_object(*_pairs(self.row, part)))
        rows = func.coalesce(func.jsonb_agg(aggregate_order_by(shown, part.c.position)), _NONE)
        mine = part.c[_names_whole(self.row)] == whole.c.id
        found = select(rows).where(mine).correlate(whole).scalar_subquery()
        return type_coerce(found, RowsType(self.row))


@cache
def parts_in(record: Any) -> Mapping[str, Parts]:
    """The fields of an entity that hold parts."""
    return {
        name: known.said.kind
        for name, known in record.fields.items()
        if isinstance(known.said.kind, Parts)
    }


def key_of(entity: str) -> str:
    """The primary key of an entity in this database, e.g. `account.id` for `parties.Account`."""
    return f"{_snake(entity.partition('.')[2])}.id"


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _names_whole(part: type[Part]) -> str:
    return key_of(part.whole).replace(".", "_")


def _table(part: type[Part]) -> Table:
    """The table of parts: of whom they are, in which order, and a column for each attribute."""
    name, whole = _snake(part.__name__), _names_whole(part)
    key = ForeignKey(key_of(part.whole), ondelete="CASCADE")
    table = Table(
        name,
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column(whole, Uuid(), key, nullable=False),
        Column("position", Integer(), nullable=False),
        *(_column(part, each) for each in part.columns),
        Index(f"ix_{name}_whole", whole, "position"),
        info={DECLARED_IN: part.__module__},
    )
    for each in filter(_looked_up, part.columns):
        _index(table.c[each.name], each.kind)
    return table


def _column(part: type[Part], said: Said) -> Column[Any]:
    kind = said.kind
    if isinstance(kind, Reference) and not kind.here:
        # Copies are kept of what records refer to, and nobody would keep this one.
        raise TypeError(f"{part.__name__}.{said.name} leads out of its database; its whole may.")
    if type(kind.column()) not in _WRITTEN:
        raise TypeError(f"{part.__name__}.{said.name} is of a kind that no part holds yet.")
    fields = {each.name: each for each in dataclasses.fields(part)}
    filled = said.required or fields[said.name].default is not None
    return Column(said.name, kind.column(), *_key(kind), nullable=not filled)


def _looked_up(said: Said) -> bool:
    return said.index or isinstance(said.kind, Reference)


def _index(column: Column[Any], kind: Kind) -> None:
    """By what a filter compares: of text its folded form."""
    of_text = kind.comparison is Comparison.TEXT
    Index(f"ix_{column.table.name}_{column.name}", folded(column) if of_text else column)


def _key(kind: Kind) -> tuple[ForeignKey, ...]:
    return (ForeignKey(key_of(kind.target)),) if isinstance(kind, Reference) else ()


def _pairs(part: type[Part], table: Any) -> list[Any]:
    """Names and values in turns, as `jsonb_build_object` takes them."""
    names = ["id", *(each.name for each in part.columns)]
    found: list[Any] = []
    for name in names:
        found += (literal_column(f"'{name}'"), _written(table.c[name]))
    return found


def _written(column: Column[Any]) -> ColumnElement[Any]:
    return _WRITTEN[type(column.type)](column)
