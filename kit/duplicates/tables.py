"""Where a service keeps by what its records agree, which have to be compared, and which may be the same."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, Table, Text, Uuid

from kit.database.tables import BESIDE, metadata

duplicate_key = Table(
    "duplicate_key",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Index("ix_duplicate_key_record", "record_id"),
    info={BESIDE: ("record_id",)},
)
"""By what a record agrees with others: numbers that tell nothing of what they were made of."""

duplicate_due = Table(
    "duplicate_due",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Index("ix_duplicate_due_entity", "entity", "record_id"),
    info={BESIDE: ("record_id",)},
)
"""The records that were written and have not been compared since."""

duplicate_pair = Table(
    "duplicate_pair",
    metadata,
    Column("first_id", Uuid, primary_key=True),
    Column("second_id", Uuid, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("rules", ARRAY(Uuid), nullable=False),
    Column("mark", Text, nullable=False),
    Column("apart_by", Text, nullable=True),
    Column("apart_at", DateTime(timezone=True), nullable=True),
    Index("ix_duplicate_pair_entity", "entity", "first_id", "second_id"),
    Index("ix_duplicate_pair_second", "second_id"),
    info={BESIDE: ("first_id", "second_id")},
)
"""Two records that agree by some rules, the older one first; `apart_by` has said that they are not the same."""

duplicate_scan = Table(
    "duplicate_scan",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("after", Uuid, nullable=True),
)
"""By which rules the records of an entity were compared, and as far as which; up to the last without one."""
