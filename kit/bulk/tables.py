"""What a service keeps of a bulk: the job, and every record with what became of it and how it was."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.database.tables import metadata

_NONE = text("0")

bulk_job = Table(
    "bulk_job",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("min_epoch", BigInteger, nullable=False),
    # The request without the ids, which are the rows.
    Column("asked", LargeBinary, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("undo_of", Uuid),
    # The decision that it is part of, and then `asked` says whose place who takes.
    Column("hand_over_id", Uuid),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False, server_default=text("''")),
    Column("rows", Integer, nullable=False, server_default=_NONE),
    # The last row that is settled; rows are settled in their order.
    Column("position", Integer, nullable=False, server_default=_NONE),
    Column("changed", Integer, nullable=False, server_default=_NONE),
    Column("unchanged", Integer, nullable=False, server_default=_NONE),
    Column("refused", Integer, nullable=False, server_default=_NONE),
    Column("leased_by", Uuid),
    Column("leased_until", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Index("ix_bulk_job_unfinished", "started_at", postgresql_where=text("ended_at IS NULL")),
    Index(
        "ix_bulk_job_hand_over_id",
        "hand_over_id",
        postgresql_where=text("hand_over_id IS NOT NULL"),
    ),
    # A bulk is taken back once.
    Index("uq_bulk_job_undo_of", "undo_of", unique=True),
)
"""What is done to many records, who does it, and how far it is."""

bulk_row = Table(
    "bulk_row",
    metadata,
    Column("job_id", Uuid, ForeignKey("bulk_job.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    # Of a record that was changed: its version since, and what it said before.
    Column("version", Integer),
    Column("before", JSONB),
    Column("reasons", JSONB),
)
"""One record of a bulk, and what became of it."""
