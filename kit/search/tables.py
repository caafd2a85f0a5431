"""Which words a service has anywhere, and how far that is known; nothing says where they stand."""

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid

from kit.database.tables import metadata
from kit.entity.record import AT_ONCE

search_word = Table(
    "search_word",
    metadata,
    Column("word", Text(collation="C"), primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index(
        "ix_search_word_likeness",
        "word",
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
        postgresql_with=AT_ONCE,
    ),
)
"""Each word once, folded, and when it was last met; its trigrams find it by its middle, and by its like."""

search_source = Table(
    "search_source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("after", Uuid, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
)
"""How far the words of each table have been taken in, up to the row of a moment and id, since when."""
