"""Compare, sort and search activities, resources and bookings by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf("activity", words=("name", "description", "outcome"), title="name"),
    folded.TextOf("booking", words=("purpose",), title="purpose"),
    folded.TextOf(
        "resource", words=("name", "location", "description"), title="name", unique=("name",)
    ),
)


def upgrade() -> None:
    folded.create_functions()
    for table in _TABLES:
        folded.index_text(table)


def downgrade() -> None:
    for table in _TABLES:
        folded.index_as_written(table)
    folded.drop_functions()
