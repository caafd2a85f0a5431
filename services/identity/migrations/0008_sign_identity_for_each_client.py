"""Sign ID tokens as each client expects it: keys for RS256 beside those for ES256."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A table of its own: the release before reads every row of `oauth_key` as a key for ES256.
    op.create_table(
        "oauth_rsa_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("private_pem", sa.Text(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_oauth_rsa_key")),
    )
    op.add_column(
        "client",
        sa.Column(
            "id_token_signed_response_alg", sa.Text(), server_default="RS256", nullable=False
        ),
    )
    # Whoever is registered already was told that there is ES256 alone.
    op.execute("UPDATE client SET id_token_signed_response_alg = 'ES256'")


def downgrade() -> None:
    op.drop_column("client", "id_token_signed_response_alg")
    op.drop_table("oauth_rsa_key")
