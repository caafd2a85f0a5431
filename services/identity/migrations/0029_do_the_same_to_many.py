"""Let the same be done to many records."""

from kit.bulk import migrating

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_bulks()


def downgrade() -> None:
    migrating.drop_bulks()
