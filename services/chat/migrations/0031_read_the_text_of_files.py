"""Keep the text of files, so that it is searched."""

from kit.texts import migrating

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_texts()


def downgrade() -> None:
    migrating.drop_texts()
