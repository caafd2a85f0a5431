"""What a service keeps of each file that it gave out: who took what, and how it ended."""

from sqlalchemy import ARRAY, Column, DateTime, Index, Integer, Table, Text, Uuid, func

from kit.database.tables import metadata

export_log = Table(
    "export_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("filter", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("order_by", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_export_log_entity", "entity", "id"),
)
