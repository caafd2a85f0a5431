"""What stands beside the records of every service: their history, their shares, answers already given."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.database.tables import metadata

history = Table(
    "history",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changes", JSONB, nullable=False),
    Index("ix_history_record", "record_id", "seq"),
)
"""Who changed what: one row for each change, with the values before and after by field."""

share = Table(
    "share",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("principal_kind", Text, primary_key=True),
    Column("principal_id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("role", Text),
)
"""Access given by hand, to whoever works on the record in a role; it ends when the record changes its owner."""

answered = Table(
    "answered",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("reply", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_answered_at", "at"),
)
"""Answers by idempotency key, stored with their effect."""
