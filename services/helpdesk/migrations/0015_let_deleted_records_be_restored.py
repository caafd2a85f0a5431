"""Let deleted records be restored: they stand in a bin for some weeks before they are erased."""

from kit.database import binned

revision = "0015"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = ("ticket",)


def upgrade() -> None:
    binned.add_bin(*_TABLES)


def downgrade() -> None:
    binned.drop_bin(*_TABLES)
