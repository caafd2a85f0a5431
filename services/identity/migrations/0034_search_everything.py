"""Know the words of all that is kept, so that they are found by their middle and by their like."""

from kit.search import migrating

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_search()


def downgrade() -> None:
    migrating.drop_search()
