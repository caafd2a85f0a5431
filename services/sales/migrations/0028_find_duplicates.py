"""Keep by what records agree, and which may be the same."""

from kit.duplicates import migrating

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_duplicates()


def downgrade() -> None:
    migrating.drop_duplicates()
