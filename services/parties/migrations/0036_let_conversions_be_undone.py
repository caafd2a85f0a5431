"""Keep converted leads for the way back, with what their conversion gave to records that were there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.merging import migrating

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_becoming()
    op.add_column(
        "conversion",
        sa.Column("new_contact", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.alter_column("conversion", "new_contact", server_default=None)
    op.add_column("conversion", sa.Column("given", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("conversion", "given")
    op.drop_column("conversion", "new_contact")
    migrating.drop_becoming()
