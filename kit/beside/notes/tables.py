"""Where the notes on the records of a service are kept, and what they said before."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
)

from kit.database.tables import BESIDE, MOVES, metadata
from kit.entity.record import AT_ONCE, words_in

note = Table(
    "note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("body", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("mentions", ARRAY(Uuid), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=True),
    Column("said_since", Integer, nullable=False),
    Column("worded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_note_record", "record_id", "pinned", "id"),
    Index("ix_note_worded", "worded_at", "id"),
    info={BESIDE: ("record_id",), MOVES: True},
)
"""The notes as they are; `said_since` is the version that gave one its text, and `worded_at` the moment."""

Index("ix_note_words", words_in([note.c.body]), postgresql_using="gin", postgresql_with=AT_ONCE)

note_version = Table(
    "note_version",
    metadata,
    Column("note_id", ForeignKey(note.c.id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What notes said before, each by the version that had said so first; it goes with its note."""
