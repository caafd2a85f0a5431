"""Say as what a record is gone of which others were made, and keep what followed it for the way back."""

from kit.merging import migrating

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.add_becoming()


def downgrade() -> None:
    migrating.drop_becoming()
