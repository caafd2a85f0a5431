"""Create rooms and messages."""

import sqlalchemy as sa
from alembic import op

from kit.database import foundation

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    foundation.create_tables()
    _room()
    _message()
    _read_mark()


def downgrade() -> None:
    op.drop_table("read_mark")
    op.drop_table("message")
    op.drop_table("room")
    foundation.drop_tables()


def _room() -> None:
    op.create_table(
        "room",
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("pair_key", sa.String(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.CheckConstraint(
            "(kind = 'private') = (pair_key IS NOT NULL)", name=op.f("ck_room_private_has_pair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("pair_key", name=op.f("uq_room_pair_key")),
    )
    foundation.index_record("room")
    op.create_index(op.f("ix_room_last_message_at"), "room", ["last_message_at"], unique=False)


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reader_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        *foundation.record_columns(),
        foundation.words_column("text"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_message_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("room_id", "sequence", name=op.f("uq_message_room_id_sequence")),
    )
    foundation.index_record("message")


def _read_mark() -> None:
    op.create_table(
        "read_mark",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_read_mark_room_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("room_id", "person_id", name=op.f("pk_read_mark")),
    )
