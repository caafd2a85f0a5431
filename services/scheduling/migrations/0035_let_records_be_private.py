"""Let single records be kept private, and those they are shared with have roles."""

from kit.records import migrating

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.let_shares_have_roles()
    migrating.let_be_private("activity", "resource", "booking")


def downgrade() -> None:
    migrating.let_shares_have_none()
    migrating.let_nobody_be_private("activity", "resource", "booking")
