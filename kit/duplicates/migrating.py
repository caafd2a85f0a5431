"""What migrations add to find duplicates; as in kit/database, what stands here never changes."""

import sqlalchemy as sa
from alembic import op


def add_duplicates() -> None:
    """By what records agree, which are to be compared, which may be the same, and how far that is known."""
    op.create_table(
        "duplicate_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_duplicate_key")),
    )
    op.create_index("ix_duplicate_key_record", "duplicate_key", ["record_id"])
    op.create_table(
        "duplicate_due",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_duplicate_due")),
    )
    op.create_index("ix_duplicate_due_entity", "duplicate_due", ["entity", "record_id"])
    op.create_table(
        "duplicate_pair",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("apart_by", sa.Text(), nullable=True),
        sa.Column("apart_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index(
        "ix_duplicate_pair_entity", "duplicate_pair", ["entity", "first_id", "second_id"]
    )
    op.create_index("ix_duplicate_pair_second", "duplicate_pair", ["second_id"])
    op.create_table(
        "duplicate_scan",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_duplicate_scan")),
    )


def drop_duplicates() -> None:
    """Takes them away again."""
    for name in ("duplicate_scan", "duplicate_pair", "duplicate_due", "duplicate_key"):
        op.drop_table(name)
