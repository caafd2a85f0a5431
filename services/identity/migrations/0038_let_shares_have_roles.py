"""Let those whom a record is shared with have roles."""

from kit.records import migrating

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrating.let_shares_have_roles()


def downgrade() -> None:
    migrating.let_shares_have_none()
