"""What migrations build alike in every database: the kit's own tables, and what each record has.

A migration that has run must build tomorrow what it built today. So what stands here never changes;
a later shape of these tables is a function of its own, called by a migration of every service.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TABLES = (
    "import_line",
    "share",
    "policy_item",
    "outbox",
    "inbox",
    "import_job",
    "history",
    "dead_letter",
    "answered",
)
# A pending list would be read by every query until the next vacuum; writers pay a tenth instead.
_AT_ONCE: Any = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


def create_tables() -> None:
    """The tables that the kit keeps in every database."""
    _answered()
    _dead_letter()
    _history()
    _import_job()
    _import_line()
    _inbox()
    _outbox()
    _policy_item()
    _share()


def drop_tables() -> None:
    """Takes the kit's tables away again."""
    for table in _TABLES:
        op.drop_table(table)


def record_columns() -> list[sa.Column[Any]]:
    """The columns that every record has beside its own fields."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("wkeys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("custom", postgresql.JSONB(), nullable=False),
    ]


def words_column(*columns: str) -> sa.Column[Any]:
    """The words of these columns, split at all that is no letter or digit."""
    text = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
    words = f"regexp_replace(lower({text}), '[^[:alnum:]]+', ' ', 'g')"
    made = sa.Computed(f"to_tsvector('simple'::regconfig, {words})", persisted=True)
    return sa.Column("search", postgresql.TSVECTOR(), made, nullable=True)


def index_record(table: str, *, words: bool = True) -> None:
    """The indexes by which every entity is listed, reached and searched."""
    newest: Any = [sa.literal_column("updated_at DESC"), sa.literal_column("id DESC")]
    op.create_index(f"ix_{table}_recent", table, newest)
    op.create_index(f"ix_{table}_owner", table, ["owner_id", *newest])
    op.create_index(f"ix_{table}_keys", table, ["keys"], **_AT_ONCE)
    if words:
        op.create_index(f"ix_{table}_words", table, ["search"], **_AT_ONCE)


def _answered() -> None:
    op.create_table(
        "answered",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("actor", "method", "key", name=op.f("pk_answered")),
    )
    op.create_index("ix_answered_at", "answered", ["at"], unique=False)


def _dead_letter() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "first_failed_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "parked_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("replayed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint("consumer", "event_id", name=op.f("uq_dead_letter_consumer_event_id")),
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_history")),
    )
    op.create_index("ix_history_record", "history", ["record_id", "seq"], unique=False)


def _import_job() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("importer_id", sa.Uuid(), nullable=False),
        sa.Column("min_epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("heading", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("ignored", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("pass_number", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("pass_moved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(
        "ix_import_job_unfinished",
        "import_job",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_import_job_retry_of",
        "import_job",
        ["retry_of"],
        unique=True,
        postgresql_where=sa.text("NOT dry_run"),
    )


def _import_line() -> None:
    op.create_table(
        "import_line",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pass_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "reasons",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["import_job.id"], name=op.f("fk_import_line_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_import_line")),
    )
    op.create_index(
        "ix_import_line_state", "import_line", ["job_id", "state", "number"], unique=False
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "handled_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_inbox")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stream_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["seq"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )


def _policy_item() -> None:
    op.create_table(
        "policy_item",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_policy_item")),
    )
    op.create_index("ix_policy_item_epoch", "policy_item", ["epoch"], unique=False)


def _share() -> None:
    op.create_table(
        "share",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("principal_kind", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "record_id", "principal_kind", "principal_id", name=op.f("pk_share")
        ),
    )


def import_guesses() -> None:
    """What an import knows of its file: the encoding, and what its values speak for."""
    op.add_column(
        "import_job",
        sa.Column("encoding", sa.Text(), server_default=sa.text("'utf-8'"), nullable=False),
    )
    op.add_column(
        "import_job",
        sa.Column("guessed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )


def drop_import_guesses() -> None:
    """Takes them away again."""
    op.drop_column("import_job", "guessed")
    op.drop_column("import_job", "encoding")
