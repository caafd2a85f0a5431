"""Compare, sort and search accounts, contacts and leads by the folded form of text."""

from kit.database import folded

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    folded.TextOf(
        "account",
        words=("name", "code", "phone", "email", "website", "tax_id"),
        title="name",
        unique=("code",),
    ),
    folded.TextOf("choice_value", words=("list_name", "value", "caption"), title="caption"),
    folded.TextOf(
        "contact",
        words=("name", "nickname", "job_title", "email", "phone", "mobile"),
        title="name",
        found=("email",),
    ),
    folded.TextOf("conversion", words=("name",)),
    folded.TextOf(
        "lead",
        words=("name", "company", "email", "phone", "mobile"),
        title="name",
        found=("email",),
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
