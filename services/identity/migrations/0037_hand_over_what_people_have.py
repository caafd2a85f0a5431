"""Write down that what a person has is handed over, and let it be done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.bulk import migrating
from kit.database import binned, folded, foundation, foundation_access
from kit.merging import migrating as merging

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("successions", postgresql.JSONB(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    foundation.index_record("hand_over", words=False)
    foundation_access.full_access("hand_over")
    binned.add_bin_to_new("hand_over")
    merging.add_merging_to_new("hand_over")
    folded.index_new(folded.TextOf("hand_over", words=("reason",), title="reason"))
    op.create_index("ix_hand_over_person_id", "hand_over", ["person_id"])
    migrating.add_hand_overs()


def downgrade() -> None:
    migrating.drop_hand_overs()
    op.drop_table("hand_over")
