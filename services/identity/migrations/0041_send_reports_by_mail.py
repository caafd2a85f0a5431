"""Send reports by e-mail on a schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("principal_kind", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_report_schedule_report_id"),
            ondelete="CASCADE",
        ),
    )
    for column in ("report_id", "made_by", "met_at"):
        op.create_index(f"ix_report_schedule_{column}", "report_schedule", [column])
    _readers()


def _readers() -> None:
    op.create_table(
        "report_reader",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_reader")),
        sa.UniqueConstraint("secret", name=op.f("uq_report_reader_secret")),
        sa.UniqueConstraint(
            "schedule_id", "person_id", name=op.f("uq_report_reader_schedule_id_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedule.id"],
            name=op.f("fk_report_reader_schedule_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_report_reader_person_id", "report_reader", ["person_id"])
    op.create_index(
        "ix_report_reader_again_at",
        "report_reader",
        ["again_at"],
        postgresql_where=sa.text("left_at is null"),
    )


def downgrade() -> None:
    op.drop_table("report_reader")
    op.drop_table("report_schedule")
