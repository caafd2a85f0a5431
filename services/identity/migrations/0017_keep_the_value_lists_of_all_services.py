"""Keep the value lists of all services: each with its values, in a table of their own."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXT = folded.TextOf("choice_list", words=("caption", "name"), title="caption", unique=("name",))


def upgrade() -> None:
    op.create_table(
        "choice_list",
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_list")),
    )
    foundation.index_record("choice_list", words=False)
    foundation_access.full_access("choice_list")
    binned.add_bin_to_new("choice_list")
    folded.index_new(_TEXT)
    _values()


def _values() -> None:
    op.create_table(
        "choice_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("choice_list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_list_id"],
            ["choice_list.id"],
            name=op.f("fk_choice_value_choice_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_value")),
    )
    op.create_index("ix_choice_value_whole", "choice_value", ["choice_list_id", "position"])


def downgrade() -> None:
    # The program before knows no such part of the policy, and stops at it.
    op.execute("DELETE FROM policy_item WHERE kind = 'choice'")
    op.drop_table("choice_value")
    op.drop_table("choice_list")
