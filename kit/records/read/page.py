"""The statement that answers one page of a listing, or one record, within a reach."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.access.clause import reachable_by_parameter
from kit.access.reach import Reach
from kit.custom_fields.fields import EVERYTHING
from kit.entity import Level, Record
from kit.records.read.listing import Listing
from kit.records.read.plans import newest_of_owners

_NOTHING = literal_column("'{}'::jsonb", JSONB()).label("custom")


@dataclass(frozen=True, slots=True)
class Page:
    """How a page's statement is put together."""

    listing: Listing
    reach: Reach
    after: ColumnElement[bool] | None
    by_owner: bool

    @property
    def shape(self) -> Hashable:
        """What makes a difference to its text, among the pages of one listing."""
        return self.reach.shape, self.by_owner

    def query(self) -> Select[Any]:
        """The rows of the page, and one more that says whether there is another."""
        listing = self.listing
        columns = [self._column(name) for name in listing.names]
        if self.by_owner:
            inherits = bool(self.reach.inherited)
            table = table_of(listing.record)
            rows = newest_of_owners(table, columns, self._asked, inherits=inherits)
        else:
            rows = self._asked(select(*columns).where(self._reached()))
            rows = rows.order_by(*listing.order.clauses())
            rows = rows.limit(bindparam("limit", type_=Integer))
        return uncovered(rows, listing.veil)

    def counting(self) -> Select[Any]:
        """How many rows there are in all, up to `limit`."""
        everywhere = replace(self, after=None)
        table = table_of(self.listing.record)
        rows = everywhere._asked(select(table.c.id).where(self._reached()))  # noqa: SLF001 - one of its own kind
        capped = rows.limit(bindparam("limit", type_=Integer)).subquery()
        return select(func.count()).select_from(capped)

    def _column(self, name: str) -> ColumnElement[Any]:
        """A field, or what the page is ordered by: one of the custom fields is no column."""
        record = self.listing.record
        if name in table_of(record).c or name in record.fields:
            return column_of(record, name)
        by = next(key.target.column for key in self.listing.order.by if key.target.name == name)
        return by.label(name)

    def _reached(self) -> ColumnElement[bool]:
        return reachable_by_parameter(self.listing.record, self.reach, Level.READ)

    def _asked(self, query: Select[Any]) -> Select[Any]:
        """Narrows to the filter, the words and the place of the page."""
        for each in (self.listing.where, self.listing.found, self.after):
            query = query if each is None else query.where(each)
        return query


def table_of(record: type[Record]) -> Table:
    """The table of an entity."""
    assert isinstance(record.__table__, Table)  # noqa: S101 - an entity is one table
    return record.__table__


def column_of(record: type[Record], name: str) -> ColumnElement[Any]:
    """A column of the table, or what stands for the parts of a record."""
    columns = table_of(record).c
    return columns[name] if name in columns else record.fields[name].column.label(name)


def one_row(
    record: type[Record], reach: Reach, names: tuple[str, ...], veil: tuple[str, ...]
) -> Select[Any]:
    """The row whose id is the parameter `id`, if it is within reach."""
    table = table_of(record)
    row = select(*(column_of(record, name) for name in names)).where(table.c.id == bindparam("id"))
    row = row.where(reachable_by_parameter(record, reach, Level.READ))
    return uncovered(row, veil)


def uncovered(query: Select[Any], veil: tuple[str, ...]) -> Select[Any]:
    """The query, without the custom fields that are not to be seen."""
    if not veil:
        return query
    columns = query.selected_columns
    return query.with_only_columns(
        *(_under(veil, each) if each.key == "custom" else each for each in columns)
    )


def _under(veil: tuple[str, ...], column: ColumnElement[Any]) -> ColumnElement[Any]:
    if veil == EVERYTHING:
        return _NOTHING
    left = column.op("-", return_type=JSONB())(literal(list(veil), ARRAY(Text())))
    return left.label("custom")
