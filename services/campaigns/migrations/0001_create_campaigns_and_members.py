"""Create campaigns and members."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.database import foundation

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    foundation.create_tables()
    _campaign()
    _campaign_deal()
    _member()


def downgrade() -> None:
    op.drop_table("member")
    op.drop_table("campaign_deal")
    op.drop_table("campaign")
    foundation.drop_tables()


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("goal_type", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("goals", sa.Text(), nullable=True),
        sa.Column("assumptions", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("target_audience", sa.Text(), nullable=True),
        sa.Column("responsible_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("planned_actions", sa.Integer(), nullable=False),
        sa.Column("done_actions", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("budget", sa.Numeric(), nullable=True),
        sa.Column("actual_cost", sa.Numeric(), nullable=True),
        sa.Column("expected_revenue", sa.Numeric(), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("member_states", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("responded_states", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("responded_count", sa.Integer(), nullable=False),
        sa.Column("opportunity_count", sa.Integer(), nullable=False),
        sa.Column("won_count", sa.Integer(), nullable=False),
        sa.Column("won_amount", sa.Numeric(), nullable=False),
        sa.Column("won_by_currency", postgresql.JSONB(), nullable=False),
        sa.Column("new_customers", sa.Integer(), nullable=False),
        sa.Column("profit", sa.Numeric(), nullable=True),
        sa.Column("return_on_investment", sa.Numeric(), nullable=True),
        sa.Column("cost_per_customer", sa.Numeric(), nullable=True),
        sa.Column("completion", sa.Numeric(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "code"),
        sa.ForeignKeyConstraint(["parent_id"], ["campaign.id"], name=op.f("fk_campaign_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    foundation.index_record("campaign")
    op.create_index(op.f("ix_campaign_parent_id"), "campaign", ["parent_id"], unique=False)


def _campaign_deal() -> None:
    op.create_table(
        "campaign_deal",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("first_purchase", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("opportunity_id", name=op.f("pk_campaign_deal")),
    )
    op.create_index(
        op.f("ix_campaign_deal_account_id"), "campaign_deal", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_campaign_deal_campaign_id"), "campaign_deal", ["campaign_id"], unique=False
    )


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_log", postgresql.JSONB(), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *foundation.record_columns(),
        sa.CheckConstraint(
            "num_nonnulls(contact_id, lead_id) = 1", name=op.f("ck_member_contact_or_lead")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_member_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("campaign_id", "contact_id", name="uq_member_contact_id"),
        sa.UniqueConstraint("campaign_id", "lead_id", name="uq_member_lead_id"),
    )
    foundation.index_record("member", words=False)
    op.create_index(op.f("ix_member_contact_id"), "member", ["contact_id"], unique=False)
    op.create_index(op.f("ix_member_lead_id"), "member", ["lead_id"], unique=False)
