"""Know the words of all that is kept, so that they are found by their middle and by their like."""

from kit.search import migrating

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_search()


def downgrade() -> None:
    migrating.drop_search()
