"""Keep what people were told, what they are not told any more, and whether they are written to."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_WORDS = ("event", "kind", "entity", "actor", "what", "work", "work_id", "work_name", "mail")


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.UniqueConstraint("person_id", "event", name="uq_notification_person_id_event"),
    )
    op.create_index("ix_notification_person", "notification", ["person_id", "id"])
    unread = sa.text("read_at is null")
    op.create_index(
        "ix_notification_unread", "notification", ["person_id"], postgresql_where=unread
    )
    due = sa.text("mail <> ''")
    op.create_index(
        "ix_notification_mail", "notification", ["mail", "person_id"], postgresql_where=due
    )
    op.create_table(
        "notification_mute",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "record_id", name="pk_notification_mute"),
    )
    op.create_table(
        "notification_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_notification_choice"),
    )
    op.create_table(
        "notification_unsubscribing",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_notification_unsubscribing"),
        sa.UniqueConstraint("secret", name="uq_notification_unsubscribing_secret"),
    )


def downgrade() -> None:
    for name in ("unsubscribing", "choice", "mute"):
        op.drop_table(f"notification_{name}")
    op.drop_table("notification")
