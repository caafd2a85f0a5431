"""Let what a person has be handed over."""

from kit.bulk import migrating

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_hand_overs()


def downgrade() -> None:
    migrating.drop_hand_overs()
