"""The one collection of tables that a process knows; constraint names tell which field is at fault."""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Column, MetaData

DECLARED_IN = "declared_in"
"""Under this name the table of an entity, or of its parts, says which module declares it."""

BESIDE = "beside"
"""Under this name a table says by which columns its rows hang on records, with each of which they go."""

MOVES = "moves"
"""Under this name a table says that its rows go over to the record that takes the place of theirs.

Its column `entity` says of which entity that record is.
"""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def beside_records() -> Iterator[Column[Any]]:
    """By table the columns that name the records on which a row hangs."""
    tables = (each for each in metadata.tables.values() if BESIDE in each.info)
    return (table.c[name] for table in tables for name in table.info[BESIDE])


@cache
def beside_gone(*, many: bool) -> str:
    """What makes rows go with the record ($1) on which they hang.

    Of `many` at once it is an array. PostgreSQL keeps the plan for one only: of an array it does not
    know how long it is, and plans a statement anew that takes longer to plan than to run.
    """
    rows = "unnest($1::uuid[])" if many else "(values ($1::uuid))"
    done = (
        f"delete from {on.table.name} using {rows} as gone(id) where {on.table.name}.{on.name} = gone.id"
        for on in beside_records()
    )
    return f"with {', '.join(f'done{place} as ({each})' for place, each in enumerate(done))} select"


def is_there(on: Column[Any], held: str, record: str) -> str:
    """Whether another record has such a row as the one `held` already, where it can have but one."""
    key = on.table.primary_key.columns
    if on.name not in key:
        return "false"
    same = (f"other.{each.name} = {held}.{each.name}" for each in key if each is not on)
    where = " and ".join([f"other.{on.name} = {record}", *same])
    return f"exists (select from {on.table.name} as other where {where})"


def is_unique(column: Column[Any]) -> bool:
    """Whether no two rows may say the same there, be it folded."""
    return bool(column.unique) or column.info.get("indexed") == "uq"


def moving() -> Iterator[Column[Any]]:
    """The columns by which rows hang on records with whom they move; see `MOVES`."""
    yield from (each for each in beside_records() if MOVES in each.table.info)


def key_beside(on: Column[Any]) -> str:
    """What tells a row from others beside the same record, as text."""
    others = (f"held.{each.name}" for each in on.table.primary_key.columns if each is not on)
    return f"concat_ws('/', {', '.join(others)})"


@cache
def passed_on() -> str:
    """All that moves from a record ($1, of entity $2) to another one ($3, of $4), at $5, by $6.

    What the other one has alike stays. It is noted as a merge is, under the id of the record, and where
    nothing moved there is nothing to note: one statement, since conversions come by the thousand.
    """
    moved = [f"moved{place} as ({_moved(on)})" for place, on in enumerate(moving())]
    all_ = " union all ".join(f"select * from moved{place}" for place in range(len(moved)))
    return f"""
with {", ".join(moved)}, moved as ({all_}),
begun as (
  insert into merge (id, entity, survivor_id, other_ids, at, by, before, after, given_up)
  select $1::uuid, $2::text, $3::uuid, array[$1::uuid], $5::timestamptz, $6::text, '{{}}', '{{}}', '{{}}'
  where exists (select from moved)),
noted as (
  insert into moved_along (merge_id, gone_id, held_in, key) select $1::uuid, $1::uuid, held_in, key from moved)
select
"""


def _moved(on: Column[Any]) -> str:
    table = on.table.name
    return (
        f"update {table} as held set {on.name} = $3::uuid, entity = $4::text "
        f"where held.{on.name} = $1::uuid and not {is_there(on, 'held', '$3::uuid')} "
        f"returning '{table}' as held_in, {key_beside(on)} as key"
    )
