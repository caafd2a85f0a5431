"""One page of one entity: what is asked, and the statement that answers it within a reach."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, func, select

from kit.access.clause import reachable_by_parameter
from kit.access.reach import Reach
from kit.entity import Level, Record
from kit.entity.record import words_in, words_query
from kit.errors import Invalid
from kit.query import Order
from kit.records.read.plans import newest_of_owners

PAGE, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Question:
    """What one list call asks."""

    filter: str = ""
    order_by: str = ""
    search: str = ""
    page_size: int = 0
    page_token: str = ""
    fields: tuple[str, ...] = ()
    count: bool = False

    @classmethod
    def of(cls, request: Any) -> Self:
        return cls(
            request.filter,
            request.order_by,
            request.search,
            request.page_size,
            request.page_token,
            tuple(request.fields),
            request.count,
        )

    @property
    def size(self) -> int:
        """Rows on the page."""
        if self.page_size < 0 or self.page_size > MOST:
            raise Invalid(page_size=f"Ask for 1 to {MOST} rows.")
        return self.page_size or PAGE

    @property
    def speaks_of_now(self) -> bool:
        """Whether the filter calls a function, so that its meaning changes by caller and by day."""
        return "(" in self.filter


@dataclass(frozen=True, slots=True)
class Page:
    """How a page's statement is put together."""

    record: type[Record]
    reach: Reach
    names: tuple[str, ...]
    where: ColumnElement[bool] | None
    order: Order
    found: ColumnElement[bool] | None
    after: ColumnElement[bool] | None
    by_owner: bool
    goes_by_caller: bool

    def query(self) -> Select[Any]:
        """The rows of the page, and one more that says whether there is another."""
        columns = [self._column(name) for name in self.names]
        if self.by_owner:
            inherits = bool(self.reach.inherited)
            table = table_of(self.record)
            return newest_of_owners(table, columns, self._asked, inherits=inherits)
        rows = self._asked(select(*columns).where(self._reached()))
        return rows.order_by(*self.order.clauses()).limit(bindparam("limit", type_=Integer))

    def counting(self) -> Select[Any]:
        """How many rows there are in all, up to `limit`."""
        everywhere = replace(self, after=None)
        rows = everywhere._asked(select(table_of(self.record).c.id).where(self._reached()))  # noqa: SLF001 - one of its own kind
        capped = rows.limit(bindparam("limit", type_=Integer)).subquery()
        return select(func.count()).select_from(capped)

    def _column(self, name: str) -> ColumnElement[Any]:
        """A field, or what the page is ordered by: one of the custom fields is no column."""
        if name in table_of(self.record).c or name in self.record.fields:
            return column_of(self.record, name)
        by = next(key.target.column for key in self.order.by if key.target.name == name)
        return by.label(name)

    def _reached(self) -> ColumnElement[bool]:
        return reachable_by_parameter(self.record, self.reach, Level.READ)

    def _asked(self, query: Select[Any]) -> Select[Any]:
        """Narrows to the filter, the words and the place of the page."""
        if self.where is not None:
            query = query.where(self.where)
        if self.found is not None:
            query = query.where(self.found)
        return query if self.after is None else query.where(self.after)


def table_of(record: type[Record]) -> Table:
    """The table of an entity."""
    assert isinstance(record.__table__, Table)  # noqa: S101 - an entity is one table
    return record.__table__


def column_of(record: type[Record], name: str) -> ColumnElement[Any]:
    """A column of the table, or what stands for the parts of a record."""
    columns = table_of(record).c
    return columns[name] if name in columns else record.fields[name].column.label(name)


def one_row(record: type[Record], reach: Reach, names: tuple[str, ...]) -> Select[Any]:
    """The row whose id is the parameter `id`, if it is within reach."""
    table = table_of(record)
    row = select(*(column_of(record, name) for name in names)).where(table.c.id == bindparam("id"))
    return row.where(reachable_by_parameter(record, reach, Level.READ))


def found_by_words(record: type[Record], seen: Collection[str]) -> ColumnElement[bool]:
    """Rows with the words in a searched field that the caller may see.

    The index holds the words of all searched fields and serves whoever sees them all; with one of
    them hidden it would tell of it, and the words are made of the others.
    """
    searched = [name for name, known in record.fields.items() if known.said.searched]
    columns = [table_of(record).c[name] for name in searched if name in seen]
    if not columns:
        raise Invalid(search=f"{record.plural} cannot be searched by words; use a filter.")
    found: ColumnElement[bool] = words_in(columns).bool_op("@@")(words_query())
    return found
