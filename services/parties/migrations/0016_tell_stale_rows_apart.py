"""Add the function by which a writer tells a row that somebody else has changed from any other fault."""

from kit.database import additions

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.tell_stale_rows()


def downgrade() -> None:
    additions.drop_telling_stale_rows()
