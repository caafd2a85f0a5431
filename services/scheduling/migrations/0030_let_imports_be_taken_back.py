"""Keep what records said before a file changed them, so that an import can be taken back."""

from kit.importing import migrating

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_way_back()


def downgrade() -> None:
    migrating.drop_way_back()
