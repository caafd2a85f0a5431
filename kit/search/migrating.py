"""What migrations add for the search; as in kit/database, what stands here never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kit.database.folded import TextOf, index_new

_MOMENT = sa.DateTime(timezone=True)


def add_search() -> None:
    """The words of a service, when notes and files were last worded, and names of files by their words."""
    op.execute("create extension if not exists pg_trgm")
    op.create_table(
        "search_word",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    trigrams: Any = {"postgresql_using": "gin", "postgresql_ops": {"word": "gin_trgm_ops"}}
    at_once: Any = {"postgresql_with": {"fastupdate": "off"}}
    op.create_index("ix_search_word_likeness", "search_word", ["word"], **trigrams, **at_once)
    op.create_table(
        "search_source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_source")),
    )
    for table in ("note", "file"):
        now = sa.text("now()")
        op.add_column(table, sa.Column("worded_at", _MOMENT, nullable=False, server_default=now))
        op.create_index(f"ix_{table}_worded", table, ["worded_at", "id"])
    index_new(TextOf("file", words=("name",)))


def drop_search() -> None:
    """Takes them away again."""
    op.drop_index("ix_file_words", "file")
    for table in ("note", "file"):
        op.drop_index(f"ix_{table}_worded", table)
        op.drop_column(table, "worded_at")
    for table in ("search_source", "search_word"):
        op.drop_table(table)
