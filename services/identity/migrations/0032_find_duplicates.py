"""Keep by what records are taken for the same, and which may be."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access
from kit.duplicates import migrating

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TEXT = folded.TextOf("duplicate_rule", words=("name", "entity_name"), title="name")


def upgrade() -> None:
    op.create_table(
        "duplicate_rule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("field_names", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_rule")),
    )
    foundation.index_record("duplicate_rule", words=False)
    foundation_access.full_access("duplicate_rule")
    binned.add_bin_to_new("duplicate_rule")
    folded.index_new(_TEXT)
    migrating.add_duplicates()


def downgrade() -> None:
    migrating.drop_duplicates()
    op.execute("DELETE FROM policy_item WHERE kind = 'duplicate_rule'")
    op.drop_table("duplicate_rule")
