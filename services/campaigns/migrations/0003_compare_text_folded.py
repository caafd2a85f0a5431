"""Compare, sort and search campaigns by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf("campaign", words=("name", "code"), title="name", unique=("code",)),
    folded.TextOf("member", title="state"),
)


def upgrade() -> None:
    folded.create_functions()
    for table in _TABLES:
        folded.index_text(table)


def downgrade() -> None:
    for table in _TABLES:
        folded.index_as_written(table)
    folded.drop_functions()
