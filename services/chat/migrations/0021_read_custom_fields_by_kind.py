"""Read custom fields by kind, so that lists compare, sort and add up what administrators defined."""

from kit.custom_fields import readers

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    readers.read_custom_fields()


def downgrade() -> None:
    readers.drop_reading_custom_fields()
