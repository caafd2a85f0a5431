"""Let people lay out dashboards."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dashboard",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboard")),
    )
    foundation.index_record("dashboard", words=False)
    foundation_access.full_access("dashboard")
    binned.add_bin_to_new("dashboard")
    folded.index_new(folded.TextOf("dashboard", words=("name",), title="name"))
    _panels()


def _panels() -> None:
    op.create_table(
        "dashboard_panel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dashboard_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("view_id", sa.Uuid(), nullable=True),
        sa.Column("target", sa.Numeric(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name=op.f("fk_dashboard_panel_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_dashboard_panel_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_dashboard_panel_view_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboard_panel")),
    )
    op.create_index("ix_dashboard_panel_whole", "dashboard_panel", ["dashboard_id", "position"])
    for column in ("report_id", "view_id"):
        op.create_index(op.f(f"ix_dashboard_panel_{column}"), "dashboard_panel", [column])


def downgrade() -> None:
    op.drop_table("dashboard_panel")
    op.drop_table("dashboard")
