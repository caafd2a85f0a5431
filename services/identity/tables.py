"""What identity keeps beside its records: the policy's epoch, passwords and open sessions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
)

from kit.database.tables import metadata


def instant(name: str, *, nullable: bool = False) -> Column[object]:
    """A point in time."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def now(name: str) -> Column[object]:
    """A point in time that the database fills in."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


policy_epoch = Table(
    "policy_epoch",
    metadata,
    Column("single", Boolean, CheckConstraint("single", name="single"), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
)
"""One row: how often the policy has changed. Its lock puts all changes in one order."""

credential = Table(
    "credential",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    now("changed_at"),
)
"""Passwords, as Argon2id hashes; whoever has no row cannot sign in."""

session = Table(
    "session",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("handle", Uuid, nullable=False, unique=True),
    Column(
        "person_id", Uuid, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    instant("authenticated_at"),
    instant("idle_until"),
    instant("expires_at"),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Index("ix_session_ends", "idle_until"),
)
"""Open sessions, by the hash of their secret id: who reads the table cannot enter by it."""
