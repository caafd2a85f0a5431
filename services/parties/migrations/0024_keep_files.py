"""Keep the files that people put on records."""

from kit.beside.files import migrating

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_files()


def downgrade() -> None:
    migrating.drop_files()
