"""Add the third level of access, what rows take over from above, and copies of what they refer to."""

from kit.database import foundation_access

revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "activity",
    "resource",
    "booking",
)
_HANGING = ("activity",)


def upgrade() -> None:
    foundation_access.reference_copies()
    for table in _TABLES:
        foundation_access.full_access(table)
    for table in _HANGING:
        foundation_access.index_inherited(table)


def downgrade() -> None:
    foundation_access.drop_full_access(*_TABLES)
