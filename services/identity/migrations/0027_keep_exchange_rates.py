"""Keep what one euro buys of each currency, by day."""

import sqlalchemy as sa
from alembic import op

from kit.database import binned, foundation, foundation_access

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        *foundation.record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    foundation.index_record("exchange_rate", words=False)
    foundation_access.full_access("exchange_rate")
    binned.add_bin_to_new("exchange_rate")
    op.create_index("uq_exchange_rate_day", "exchange_rate", ["currency", "day"], unique=True)


def downgrade() -> None:
    op.drop_table("exchange_rate")
