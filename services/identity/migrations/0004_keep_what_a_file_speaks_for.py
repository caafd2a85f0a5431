"""Keep what the file of an import speaks for."""

from kit.database import foundation

revision = "0004"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    foundation.import_guesses()


def downgrade() -> None:
    foundation.drop_import_guesses()
