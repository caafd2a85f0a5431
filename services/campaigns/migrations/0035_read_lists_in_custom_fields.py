"""Read lists in custom fields, so that words that administrators defined are filtered by an index."""

from kit.custom_fields import readers

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    readers.read_custom_lists()


def downgrade() -> None:
    readers.drop_reading_custom_lists()
