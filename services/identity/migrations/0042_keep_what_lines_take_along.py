"""Keep with a mapping how the records are found that lines take along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none = sa.text("'[]'")
    column = sa.Column("related", postgresql.JSONB(), nullable=False, server_default=none)
    op.add_column("import_mapping", column)


def downgrade() -> None:
    op.drop_column("import_mapping", "related")
