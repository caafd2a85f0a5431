"""Let people keep lists as views, and choose with which of them a list opens."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, folded, foundation, foundation_access

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_VIEWS = folded.TextOf("saved_view", words=("name",), title="name")
_DEFAULTS = folded.TextOf("default_view", title="entity_name")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("order_by", sa.Text(), nullable=True),
        sa.Column("columns", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("group_by", sa.Text(), nullable=True),
        sa.Column("shape", sa.Text(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    _complete(_VIEWS)
    _defaults()


def _defaults() -> None:
    op.create_table(
        "default_view",
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("view_id", sa.Uuid(), nullable=False),
        *foundation.record_columns(),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_default_view_view_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_default_view")),
    )
    _complete(_DEFAULTS)
    op.create_index(
        "uq_default_view_entity_name", "default_view", ["owner_id", "entity_name"], unique=True
    )


def _complete(text: folded.TextOf) -> None:
    foundation.index_record(text.table, words=False)
    foundation_access.full_access(text.table)
    binned.add_bin_to_new(text.table)
    folded.index_new(text)


def downgrade() -> None:
    op.drop_table("default_view")
    op.drop_table("saved_view")
