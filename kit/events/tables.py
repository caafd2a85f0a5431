"""What a service's own database keeps about events: to be published, handled, and given up on."""

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kit.database.tables import metadata

_NOW = text("now()")


def _instant(name: str) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True))


def _now(name: str) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True), nullable=False, server_default=_NOW)


outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    _now("created_at"),
    _instant("sent_at"),
    # Where the event stands in its stream: a stream that lost its end is recognised by it.
    Column("stream_seq", BigInteger),
    Index("ix_outbox_unsent", "seq", postgresql_where=text("sent_at IS NULL")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    _now("handled_at"),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("error", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    _now("first_failed_at"),
    _now("parked_at"),
    _instant("replayed_at"),
    # Whoever asks for a replay is not the process that has the handler.
    _instant("replay_asked_at"),
    UniqueConstraint("consumer", "event_id"),
)
