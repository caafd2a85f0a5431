"""What a service keeps of merges: what each of its own did, and what of its records has followed any."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.database.tables import BESIDE, metadata

merge = Table(
    "merge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("survivor_id", Uuid, nullable=False),
    Column("other_ids", ARRAY(Uuid), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    # What the survivor said before and after, by field, and what the others gave up to it.
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("given_up", JSONB, nullable=False),
    Column("undone_at", DateTime(timezone=True)),
    Column("undone_by", Text),
    Index("ix_merge_survivor", "survivor_id", "id"),
    Index("ix_merge_at", "at"),
    info={BESIDE: ("survivor_id",)},
)
"""One merge of records of this service; it is forgotten when it cannot be undone any more."""

moved_along = Table(
    "moved_along",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("merge_id", Uuid, ForeignKey("merge.id", ondelete="CASCADE"), nullable=False),
    Column("gone_id", Uuid, nullable=False),
    Column("held_in", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index("ix_moved_along_merge", "merge_id", "held_in"),
)
"""What stood beside a merged record and stands beside the survivor: its table, and its key there."""

LED, LEFT, CHANGED = "led", "left", "changed"
"""How what named a record stands; see `followed_merge`."""

followed_merge = Table(
    "followed_merge",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("entity", Text, nullable=False),
    Column("gone_id", Uuid, nullable=False),
    Column("into_id", Uuid, nullable=False),
    Column("holder", Text, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("field", Text, nullable=False),
    Column("part_id", Uuid),
    Column("both_named", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Of what followed a record that became others: by field what it said before and after.
    Column("changes", JSONB),
    Index("ix_followed_merge_gone", "gone_id", "record_id"),
    Index("ix_followed_merge_at", "at"),
    info={BESIDE: ("record_id",)},
)
"""A record that named one that was merged: it is `led` to the survivor; `left` where that could not be, or
`changed` where it was to name the other again and somebody had changed it since. What followed a record
that became others stands here too: see `note_following`."""
