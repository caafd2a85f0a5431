"""Create activities, resources and bookings."""

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
    # The installer makes it, since this role may not; where it is there, this passes.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _activity()
    _resource()
    _booking()


def downgrade() -> None:
    op.drop_table("booking")
    op.drop_table("resource")
    op.drop_table("activity")
    foundation.drop_tables()


def _activity() -> None:
    op.create_table(
        "activity",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("person_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("related_entity", sa.Text(), nullable=True),
        sa.Column("related_id", sa.Uuid(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "description", "outcome"),
        sa.ForeignKeyConstraint(["parent_id"], ["activity.id"], name=op.f("fk_activity_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    _activity_indexes()


def _activity_indexes() -> None:
    foundation.index_record("activity")
    op.create_index(op.f("ix_activity_account_id"), "activity", ["account_id"], unique=False)
    op.create_index(op.f("ix_activity_assignee_id"), "activity", ["assignee_id"], unique=False)
    op.create_index(
        op.f("ix_activity_contact_ids"),
        "activity",
        ["contact_ids"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(op.f("ix_activity_parent_id"), "activity", ["parent_id"], unique=False)
    op.create_index(
        op.f("ix_activity_person_ids"),
        "activity",
        ["person_ids"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        op.f("ix_activity_related_id_related_entity"),
        "activity",
        ["related_id", "related_entity"],
        unique=False,
    )
    op.create_index(op.f("ix_activity_starts_at"), "activity", ["starts_at"], unique=False)


def _resource() -> None:
    op.create_table(
        "resource",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "location", "description"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("name", name=op.f("uq_resource_name")),
    )
    foundation.index_record("resource")


def _booking() -> None:
    op.create_table(
        "booking",
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        *foundation.record_columns(),
        foundation.words_column("purpose"),
        postgresql.ExcludeConstraint(
            (sa.column("resource_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            where=sa.text("status = 'booked'"),
            using="gist",
            name="ex_booking_starts_at",
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_booking_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_booking_resource_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    foundation.index_record("booking")
    op.create_index(op.f("ix_booking_activity_id"), "booking", ["activity_id"], unique=False)
    op.create_index(
        op.f("ix_booking_resource_id_starts_at"),
        "booking",
        ["resource_id", "starts_at"],
        unique=False,
    )
