"""Where letters wait until a mail server has taken them."""

from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid

from kit.database.tables import metadata

WAITING, SENT, GIVEN_UP = STATES = ("waiting", "sent", "given_up")

letter = Table(
    "letter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=True),
    Index("ix_letter_state", "state", "due_at"),
)
"""Letters as they go over the wire. One that a process works on is due again when its lease is over."""
