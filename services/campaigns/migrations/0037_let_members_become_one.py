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
    """Nobody waits while the rows that are there, which meet the rule already, are looked through."""
    name = "ck_member_contact_or_lead"
    op.execute(f"alter table member drop constraint if exists {name}")
    op.execute(f"alter table member add constraint {name} check ({rule}) not valid")
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql(f"alter table member validate constraint {name}")
