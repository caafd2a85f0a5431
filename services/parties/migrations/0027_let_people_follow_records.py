"""Let people follow records."""

from kit.database import additions

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_followers()


def downgrade() -> None:
    additions.drop_followers()
