"""Keep letters until a mail server has taken them."""

from kit.database import additions

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.add_letters()


def downgrade() -> None:
    additions.drop_letters()
