"""The one collection of tables that a process knows; constraint names tell which field is at fault."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, MetaData

DECLARED_IN = "declared_in"
"""Under this name the table of an entity, or of its parts, says which module declares it."""

BESIDE = "beside"
"""Under this name a table says by which column its rows hang on a record, with which they go."""

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
    """By table the column that names the record on which a row hangs."""
    return (each.c[each.info[BESIDE]] for each in metadata.tables.values() if BESIDE in each.info)
