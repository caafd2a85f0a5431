"""Where a service knows of the files on its records; their bytes lie in a store beside the database."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid, func, text

from kit.database.tables import BESIDE, MOVES, metadata
from kit.entity.record import AT_ONCE, words_in

file = Table(
    "file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("worded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_file_record", "record_id", "id"),
    Index("ix_file_worded", "worded_at", "id"),
    info={BESIDE: ("record_id",), MOVES: True},
)
"""The files as they are; `number` is the version whose bytes count, `worded_at` when it got its name."""

Index("ix_file_words", words_in([file.c.name]), postgresql_using="gin", postgresql_with=AT_ONCE)

file_version = Table(
    "file_version",
    metadata,
    Column("file_id", ForeignKey(file.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content_id", Uuid, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Each version of a file, with what names its bytes in the store."""

file_opening = Table(
    "file_opening",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("file_id", ForeignKey(file.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_file_opening_file", "file_id", "id"),
)
"""Who opened a file; it goes with its file."""

loose_content = Table(
    "loose_content",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Index("ix_loose_content_due_at", "due_at"),
)
"""Bytes that no file names: on their way in, or on their way out. When they are due they are erased.

Bytes lie in the store only if a version names them or a line stands here, whatever breaks off where.
"""

WAITING, READ, UNREADABLE, NONE = STATES = ("waiting", "read", "unreadable", "none")
"""What has become of the text of a file; of what has none, as a picture, there is none to read."""

file_text = Table(
    "file_text",
    metadata,
    Column("file_id", ForeignKey(file.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("worded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_file_text_due", "due_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_file_text_worded", "worded_at", "file_id"),
)
"""The text of the version that counts: a trigger has it wait anew with each, and it goes with its file."""

Index(
    "ix_file_text_words",
    words_in([file_text.c.said]),
    postgresql_using="gin",
    postgresql_with=AT_ONCE,
)
