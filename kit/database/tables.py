"""The one collection of tables that a process knows; constraint names tell which field is at fault."""

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
    """What makes rows go with the record ($1) on which they hang, or over to another ($2, of entity $3).

    Of `many` at once these are arrays. PostgreSQL keeps the plan for one only: of arrays it does not
    know how long they are, and plans a statement anew that takes longer to plan than to run.
    """
    arrays = "unnest($1::uuid[], $2::uuid[], $3::text[])"
    rows = (arrays if many else "(values ($1::uuid, $2::uuid, $3::text))") + (
        " as gone(id, successor, entity)"
    )
    done = []
    for on in beside_records():
        table, hangs = on.table.name, f"{on.table.name}.{on.name} = gone.id"
        stays = (
            f"gone.successor is null or {is_there(on, table, 'gone.successor')}"
            if MOVES in on.table.info
            else "true"
        )
        done += [f"delete from {table} using {rows} where {hangs} and ({stays})"]  # noqa: S608 - names of our own
        if MOVES in on.table.info:
            moved = f"set {on.name} = gone.successor, entity = gone.entity"
            done += [f"update {table} {moved} from {rows} where {hangs} and not ({stays})"]
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
