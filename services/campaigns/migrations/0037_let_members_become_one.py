"""Let members be emptied that became one with others, once their time is over."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _say("erased_at is not null or num_nonnulls(contact_id, lead_id) = 1")


def downgrade() -> None:
    _say("num_nonnulls(contact_id, lead_id) = 1")


def _say(rule: str) -> None:
    """Rows that were there before meet the rule already, so that none is looked at."""
    op.execute(
        "alter table member drop constraint ck_member_contact_or_lead,"
        f" add constraint ck_member_contact_or_lead check ({rule}) not valid"
    )
