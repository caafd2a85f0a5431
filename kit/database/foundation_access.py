"""What the second migration of every service builds alike: full access, and copies of what is referred to.

Like all that migrations share, it never changes once it has run anywhere.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

AT_ONCE: Any = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


def reference_copies() -> None:
    """The copies of other services' records to which our own refer."""
    op.create_table(
        "reference_copy",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kept", postgresql.JSONB(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("wkeys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("full_keys", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("inherited", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("parent_entity", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("entity", "id", name=op.f("pk_reference_copy")),
    )
    op.create_index("ix_reference_copy_parent", "reference_copy", ["parent_id", "parent_entity"])


def full_access(table: str) -> None:
    """The third level of access: whoever owns a row may share it, hand it over and delete it.

    The program of the release before leaves both columns empty, which opens nothing.
    """
    nobody: Any = {"server_default": sa.text("'{}'"), "nullable": False}
    op.add_column(table, sa.Column("full_keys", sa.ARRAY(sa.Integer()), **nobody))
    op.add_column(table, sa.Column("inherited", sa.ARRAY(sa.BigInteger()), **nobody))
    op.execute(
        f"update \"{table}\" as row set full_keys = array[(item.body ->> 'own_key')::int] "  # noqa: S608 - names of our tables
        "from policy_item as item where item.kind = 'person' and item.id = row.owner_id::text"
    )


def index_inherited(table: str) -> None:
    """Finds rows by what they take over from the record on which they hang."""
    op.create_index(f"ix_{table}_inherited", table, ["inherited"], **AT_ONCE)


def drop_full_access(*tables: str) -> None:
    """Takes the third level and the copies away again."""
    for table in tables:
        op.drop_column(table, "inherited")
        op.drop_column(table, "full_keys")
    op.drop_table("reference_copy")
