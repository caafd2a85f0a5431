"""The tables of bulks as migrations add them in every database; what stands here never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def add_bulks() -> None:
    """What is done to many records at once, and what became of each."""
    none = sa.text("0")
    counts = ("rows", "position", "changed", "unchanged", "refused")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "bulk_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("min_epoch", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("undo_of", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default=none, nullable=False) for name in counts),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("leased_until", moment, nullable=True),
        sa.Column("started_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_job")),
    )
    going = sa.text("ended_at IS NULL")
    op.create_index("ix_bulk_job_unfinished", "bulk_job", ["started_at"], postgresql_where=going)
    op.create_index("uq_bulk_job_undo_of", "bulk_job", ["undo_of"], unique=True)
    op.create_table(
        "bulk_row",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_bulk_row")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["bulk_job.id"], name=op.f("fk_bulk_row_job_id"), ondelete="CASCADE"
        ),
    )


def add_hand_overs() -> None:
    """What is done to many records because what a person has goes to another."""
    op.add_column("bulk_job", sa.Column("hand_over_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_bulk_job_hand_over_id",
        "bulk_job",
        ["hand_over_id"],
        postgresql_where=sa.text("hand_over_id IS NOT NULL"),
    )


def drop_hand_overs() -> None:
    """Takes them away again, with the jobs that an earlier release would take for changes."""
    op.execute("DELETE FROM bulk_job WHERE hand_over_id IS NOT NULL")
    op.drop_index("ix_bulk_job_hand_over_id", "bulk_job")
    op.drop_column("bulk_job", "hand_over_id")


def drop_bulks() -> None:
    """Takes them away again."""
    op.drop_table("bulk_row")
    op.drop_table("bulk_job")
