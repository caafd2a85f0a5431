"""Let what people work on be labelled."""

from alembic import op

from kit.database import additions

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_tags("account", "contact", "lead")


def downgrade() -> None:
    for table in ("account", "contact", "lead"):
        op.drop_column(table, "tags")
