"""Where it is kept who follows which record, and which changes their followers have not heard of."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid

from kit.database.tables import BESIDE, MOVES, metadata

follower = Table(
    "follower",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Index("ix_follower_person", "person_id"),
    info={BESIDE: ("record_id",), MOVES: True},
)
"""Who follows what; an entity is said for those who ask what somebody follows."""

followed_change = Table(
    "followed_change",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
)
"""Lines of history of which followers are still to be told, written beside them."""
