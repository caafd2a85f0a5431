"""Keep history for as long as its record, as it was written; compose the custom fields that stand."""

from kit.database import additions

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.keep_history()
    additions.compose_custom_fields()


def downgrade() -> None:
    additions.let_history_go()
