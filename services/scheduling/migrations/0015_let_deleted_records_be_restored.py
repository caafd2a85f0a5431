"""Let deleted records be restored: they stand in a bin for some weeks before they are erased."""

from alembic import op

from kit.database import binned

revision = "0015"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (
    "activity",
    "resource",
    "booking",
)

# What stands in the bin takes no time.
_TAKEN = """
alter table booking add constraint ex_booking_starts_at exclude using gist
(resource_id with =, tstzrange(starts_at, ends_at, '[)') with &&) where ({where})
"""


def upgrade() -> None:
    binned.add_bin(*_TABLES)
    op.execute("alter table booking drop constraint ex_booking_starts_at")
    op.execute(_TAKEN.format(where="status = 'booked' and binned_at is null"))


def downgrade() -> None:
    op.execute("alter table booking drop constraint ex_booking_starts_at")
    op.execute(_TAKEN.format(where="status = 'booked'"))
    binned.drop_bin(*_TABLES)
