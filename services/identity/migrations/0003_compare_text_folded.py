"""Compare, sort and search people and what they may by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf(
        "access_default", words=("entity_name",), title="entity_name", unique=("entity_name",)
    ),
    folded.TextOf("client", words=("name", "client_id"), title="name", unique=("client_id",)),
    folded.TextOf("group", words=("name",), title="name", unique=("name",)),
    folded.TextOf("person", words=("name", "email", "job_title"), title="name", unique=("email",)),
    folded.TextOf("profile", words=("name",), title="name", unique=("name",)),
    folded.TextOf("role", words=("name",), title="name", unique=("name",)),
    folded.TextOf("sharing_rule", words=("name", "entity_name"), title="name"),
)


def upgrade() -> None:
    folded.create_functions()
    for table in _TABLES:
        folded.index_text(table)


def downgrade() -> None:
    for table in _TABLES:
        folded.index_as_written(table)
    folded.drop_functions()
