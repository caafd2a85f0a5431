"""Say into which record another one was merged, and keep what it takes to undo that."""

from kit.merging import migrating

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_merging()


def downgrade() -> None:
    migrating.drop_merging()
