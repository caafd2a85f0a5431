"""Let contacts say how they want to be reached and how they consented, as leads do."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("consent_note", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("consent_note", "consent_at", "channel"):
        op.drop_column("contact", name)
