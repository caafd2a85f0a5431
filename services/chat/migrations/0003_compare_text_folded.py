"""Compare, sort and search rooms and messages by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf("message", words=("text",)),
    folded.TextOf("room", words=("name",), title="name"),
)


def upgrade() -> None:
    folded.create_functions()
    for table in _TABLES:
        folded.index_text(table)


def downgrade() -> None:
    for table in _TABLES:
        folded.index_as_written(table)
    folded.drop_functions()
