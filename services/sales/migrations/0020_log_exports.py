"""Keep who took which rows as a file."""

from kit.database import additions

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.log_exports()


def downgrade() -> None:
    additions.drop_log_of_exports()
