"""Let dead letters be replayed."""

from kit.database import additions

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_replays_asked_for()


def downgrade() -> None:
    additions.drop_replays_asked_for()
