"""The copies that a service keeps of other services' records to which its own refer."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.database.tables import metadata

reference_copy = Table(
    "reference_copy",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kept", JSONB, nullable=False),
    Column("keys", ARRAY(Integer), nullable=False),
    Column("wkeys", ARRAY(Integer), nullable=False),
    Column("full_keys", ARRAY(Integer), nullable=False),
    Column("inherited", ARRAY(BigInteger), nullable=False),
    Column("parent_entity", Text),
    Column("parent_id", Uuid),
    Column("merged_into", Uuid),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_reference_copy_parent", "parent_id", "parent_entity"),
    Index(
        "ix_reference_copy_merged", "merged_into", postgresql_where=text("merged_into is not null")
    ),
)
"""One row for each record referred to, as its owner published it last.

`state` is `asked` until the owner has answered, then `live` or what became of the record; a row that
waits for an answer has version 0, so that whatever the owner tells meanwhile is newer.
"""
