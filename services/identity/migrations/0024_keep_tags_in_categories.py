"""Keep the tags of the organisation, in categories."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CATEGORY = folded.TextOf("tag_category", words=("name",), title="name", unique=("name",))
_TAG = folded.TextOf("tag", words=("name",), title="name", unique=("name", "value"))


def upgrade() -> None:
    op.create_table(
        "tag_category",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=True),
        sa.Column("entity_names", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_category")),
    )
    _complete(_CATEGORY)
    op.create_table(
        "tag",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("tone", sa.Text(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        *foundation.record_columns(),
        sa.ForeignKeyConstraint(
            ["category_id"], ["tag_category.id"], name=op.f("fk_tag_category_id")
        ),
        sa.ForeignKeyConstraint(["merged_into_id"], ["tag.id"], name=op.f("fk_tag_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_index(op.f("ix_tag_category_id"), "tag", ["category_id"])
    op.create_index(op.f("ix_tag_merged_into_id"), "tag", ["merged_into_id"])
    _complete(_TAG)


def _complete(text: folded.TextOf) -> None:
    foundation.index_record(text.table, words=False)
    foundation_access.full_access(text.table)
    binned.add_bin_to_new(text.table)
    folded.index_new(text)


def downgrade() -> None:
    op.execute("DELETE FROM policy_item WHERE kind IN ('tag', 'tag_category')")
    op.drop_table("tag")
    op.drop_table("tag_category")
