"""Keep history for as long as its record, as it was written."""

from kit.database import additions

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.keep_history()


def downgrade() -> None:
    additions.let_history_go()
