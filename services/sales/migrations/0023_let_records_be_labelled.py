"""Let what people work on be labelled."""

from alembic import op

from kit.database import additions

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_tags("opportunity")


def downgrade() -> None:
    op.drop_column("opportunity", "tags")
