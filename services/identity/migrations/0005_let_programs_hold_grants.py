"""Let a program that signs in by itself hold a grant: nobody proved who they are for it."""

from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("oauth_grant", "authenticated_at", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM oauth_grant WHERE authenticated_at IS NULL")
    op.alter_column("oauth_grant", "authenticated_at", nullable=False)
