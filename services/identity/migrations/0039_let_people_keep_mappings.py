"""Let people keep how files are taken in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.database import binned, folded, foundation, foundation_access
from kit.merging import migrating as merging

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("replaced", postgresql.JSONB(), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.Column("empty_words", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("match", sa.Text(), nullable=True),
        sa.Column("on_match", sa.Text(), nullable=True),
        sa.Column("skip_without_key", sa.Boolean(), nullable=False),
        sa.Column("allow_duplicates", sa.Boolean(), nullable=False),
        sa.Column("formulas_quoted", sa.Boolean(), nullable=False),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
    )
    foundation.index_record("import_mapping", words=False)
    foundation_access.full_access("import_mapping")
    binned.add_bin_to_new("import_mapping")
    merging.add_merging_to_new("import_mapping")
    folded.index_new(folded.TextOf("import_mapping", words=("name",), title="name"))


def downgrade() -> None:
    op.drop_table("import_mapping")
