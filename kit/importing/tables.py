"""What a service keeps of a file taken in: the job, and every line with what became of it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
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

import_job = Table(
    "import_job",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("importer_id", Uuid, nullable=False),
    Column("min_epoch", BigInteger, nullable=False, server_default=text("0")),
    Column("file_name", Text, nullable=False),
    Column("retry_of", Uuid),
    Column("plan", JSONB, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("heading", ARRAY(Text), nullable=False),
    Column("ignored", ARRAY(Text), nullable=False),
    Column("delimiter", Text, nullable=False),
    Column("encoding", Text, nullable=False, server_default=text("'utf-8'")),
    # What the file speaks for: the forms of its columns, and the words that mean nothing.
    Column("guessed", JSONB, nullable=False, server_default=text("'{}'")),
    Column("lines", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False, server_default=text("''")),
    # How often the waiting lines have been gone through, and whether this time helped any.
    Column("pass_number", Integer, nullable=False, server_default=text("1")),
    Column("pass_moved", Boolean, nullable=False, server_default=text("false")),
    Column("leased_by", Uuid),
    Column("leased_until", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Index("ix_import_job_unfinished", "started_at", postgresql_where=text("ended_at IS NULL")),
    # Lines that were rejected are taken in again once: after that, the later import has them.
    Index("uq_import_job_retry_of", "retry_of", unique=True, postgresql_where=text("NOT dry_run")),
)
"""A file taken in: its plan, who brought it, and how far it is."""

import_line = Table(
    "import_line",
    metadata,
    Column("job_id", Uuid, ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("original", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("pass_number", Integer, nullable=False, server_default=text("0")),
    Column("reasons", JSONB, nullable=False, server_default=text("'{}'")),
    Column("record_id", Uuid),
    # For the way back: the version that the line gave its record, and what that said before.
    Column("version", Integer),
    Column("before", JSONB),
    Index("ix_import_line_state", "job_id", "state", "number"),
    Index("ix_import_line_before", "job_id", postgresql_where=text("before IS NOT NULL")),
)
"""One line as it stands in the file, and the record it became or the reasons why not."""
