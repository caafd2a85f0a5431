"""What stands beside records goes along when they are merged, and back when that is undone."""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column

from kit.database.tables import is_there, key_beside, moving
from kit.entity import Record
from kit.records.tables import share
from kit.records.write.work import Work

Counts = dict[str, int]
"""How many rows, by the table that holds them."""


async def move_along(work: Work, merge_id: UUID, gone: UUID, survivor: UUID) -> Counts:
    """Notes, files, followers and shares; what the survivor has alike stays where it is."""
    return await _each(work, _along, merge_id, gone, survivor)


async def move_back(work: Work, merge_id: UUID, gone: Record, survivor: UUID) -> Counts:
    """The same rows again, those at least that still stand beside the survivor."""
    return await _each(work, _back, merge_id, gone.id, survivor, gone.entity)


async def _each(work: Work, statement: Any, *arguments: Any) -> Counts:
    counts = {}
    for on in _held_in():
        rows = await work.transaction.fetch(statement(on), arguments)
        counts[on.table.name] = len(rows)
    return counts


def _held_in() -> Iterator[Column[Any]]:
    """The columns by which rows hang on records and can hang on others."""
    yield from moving()
    yield share.c.record_id


@cache
def _along(on: Column[Any]) -> str:
    table = on.table.name
    return f"""
with moved as (
  update {table} as held set {on.name} = $3 where held.{on.name} = $2 and not {is_there(on, "held", "$3")}
  returning {key_beside(on)} as key)
insert into moved_along (merge_id, gone_id, held_in, key)
select $1::uuid, $2::uuid, '{table}', key from moved returning 1
"""


@cache
def _back(on: Column[Any]) -> str:
    table = on.table.name
    return f"""
update {table} as held set {on.name} = $2, entity = $4 from moved_along as moved
where moved.merge_id = $1 and moved.gone_id = $2 and moved.held_in = '{table}'
  and held.{on.name} = $3 and {key_beside(on)} = moved.key and not {is_there(on, "held", "$2")}
returning 1
"""
