"""Define the custom fields of all services here, and read their values by kind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.custom_fields import readers
from kit.database import binned, folded, foundation, foundation_access

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TEXT = folded.TextOf("custom_field", words=("caption", "entity_name", "key"), title="caption")


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("index_state", sa.Text(), nullable=True),
        sa.Column("default_value", sa.Text(), nullable=True),
        sa.Column("help", sa.Text(), nullable=True),
        sa.Column("caption_ro", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
    )
    foundation.index_record("custom_field", words=False)
    foundation_access.full_access("custom_field")
    binned.add_bin_to_new("custom_field")
    folded.index_new(_TEXT)
    op.create_index(
        "uq_custom_field_key",
        "custom_field",
        ["entity_name", "key"],
        unique=True,
        postgresql_where=sa.text("erased_at is null"),
    )
    readers.read_custom_fields()


def downgrade() -> None:
    readers.drop_reading_custom_fields()
    # The program before passes such a part of the policy over.
    op.drop_table("custom_field")
