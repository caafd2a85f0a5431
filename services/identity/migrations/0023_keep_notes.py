"""Keep the notes that people write on records."""

from kit.database import additions

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_notes()


def downgrade() -> None:
    additions.drop_notes()
