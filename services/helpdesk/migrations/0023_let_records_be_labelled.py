"""Make tags of the words by which tickets were found."""

from alembic import op

from kit.database import additions

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    additions.keep_words_as_tags("ticket")
    additions.add_tags("ticket")


def downgrade() -> None:
    # The words stay, as the release before had them.
    op.drop_index("ix_ticket_tags", "ticket")
    op.alter_column("ticket", "tags", server_default=None)
