"""Let people keep questions after figures."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("group_by", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("measures", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("period_field", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("compared", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("rates_on", sa.Date(), nullable=True),
        sa.Column("fiscal_start", sa.Integer(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    foundation.index_record("report", words=False)
    foundation_access.full_access("report")
    binned.add_bin_to_new("report")
    folded.index_new(folded.TextOf("report", words=("name",), title="name"))


def downgrade() -> None:
    op.drop_table("report")
