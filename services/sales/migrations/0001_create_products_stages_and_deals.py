"""Create products, stages and deals."""

import sqlalchemy as sa
from alembic import op

from kit.database import foundation

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    foundation.create_tables()
    _product()
    _stage()
    _opportunity()
    _stage_change()


def downgrade() -> None:
    op.drop_table("stage_change")
    op.drop_table("opportunity")
    op.drop_table("stage")
    op.drop_table("product")
    foundation.drop_tables()


def _product() -> None:
    op.create_table(
        "product",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("series", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "code", "category", "series", "model"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
    )
    foundation.index_record("product")


def _stage() -> None:
    op.create_table(
        "stage",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("probability", sa.Numeric(), nullable=False),
        sa.Column("asks_reason", sa.Boolean(), nullable=False),
        sa.Column("forecast", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("name", name=op.f("uq_stage_name")),
    )
    foundation.index_record("stage")


def _opportunity() -> None:
    op.create_table(
        "opportunity",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("realised_amount", sa.Numeric(), nullable=True),
        sa.Column("probability", sa.Numeric(), nullable=True),
        sa.Column("forecast_included", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("conversion_id", sa.Uuid(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "code"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_opportunity_product_id")
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_opportunity_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("code", name=op.f("uq_opportunity_code")),
        sa.UniqueConstraint("conversion_id", name=op.f("uq_opportunity_conversion_id")),
    )
    foundation.index_record("opportunity")
    op.create_index(op.f("ix_opportunity_account_id"), "opportunity", ["account_id"], unique=False)
    op.create_index(
        "ix_opportunity_board", "opportunity", ["stage_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_opportunity_campaign_id"), "opportunity", ["campaign_id"], unique=False
    )
    op.create_index("ix_opportunity_closed", "opportunity", ["outcome", "closed_on"], unique=False)
    op.create_index(op.f("ix_opportunity_contact_id"), "opportunity", ["contact_id"], unique=False)
    op.create_index(
        "ix_opportunity_expected", "opportunity", ["outcome", "expected_close_on"], unique=False
    )
    op.create_index(op.f("ix_opportunity_lead_id"), "opportunity", ["lead_id"], unique=False)
    op.create_index(op.f("ix_opportunity_product_id"), "opportunity", ["product_id"], unique=False)


def _stage_change() -> None:
    op.create_table(
        "stage_change",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=True),
        sa.Column("to_stage_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.ForeignKeyConstraint(
            ["from_stage_id"], ["stage.id"], name=op.f("fk_stage_change_from_stage_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_stage_change_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_stage_id"], ["stage.id"], name=op.f("fk_stage_change_to_stage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
    )
    foundation.index_record("stage_change")
    op.create_index(
        op.f("ix_stage_change_from_stage_id"), "stage_change", ["from_stage_id"], unique=False
    )
    op.create_index(
        "ix_stage_change_log", "stage_change", ["opportunity_id", "at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_stage_change_to_stage_id"), "stage_change", ["to_stage_id"], unique=False
    )
