"""Compare, sort and search products, stages and deals by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf("opportunity", words=("name", "code"), title="name", unique=("code",)),
    folded.TextOf(
        "product",
        words=("name", "code", "category", "series", "model"),
        title="name",
        unique=("code",),
    ),
    folded.TextOf("stage", words=("name",), title="name", unique=("name",)),
    folded.TextOf("stage_change", words=("name",)),
)


def upgrade() -> None:
    folded.create_functions()
    for table in _TABLES:
        folded.index_text(table)


def downgrade() -> None:
    for table in _TABLES:
        folded.index_as_written(table)
    folded.drop_functions()
