"""What people were told, what of it they are not told any more, and whether they are written to."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from kit.database.tables import metadata

notification = Table(
    "notification",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Uuid, nullable=True),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("work", Text, nullable=False),
    Column("work_id", Text, nullable=False),
    Column("work_name", Text, nullable=False),
    Column("mail", Text, nullable=False),
    UniqueConstraint("person_id", "event"),
    Index("ix_notification_person", "person_id", "id"),
    Index("ix_notification_unread", "person_id", postgresql_where=text("read_at is null")),
    Index("ix_notification_mail", "mail", "person_id", postgresql_where=text("mail <> ''")),
)
"""One row for each person and event, however often that is heard of. `mail` says whether a letter about
it is still to be written, `at_once` or `daily`; it is empty otherwise."""

muted = Table(
    "notification_mute",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
)
"""The records of which somebody is told nothing more."""

chosen = Table(
    "notification_choice",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("mail", Text, nullable=False),
)
"""When somebody is written to, by kind; who has chosen nothing is as the kind says."""

unsubscribing = Table(
    "notification_unsubscribing",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("secret", Text, nullable=False, unique=True),
)
"""By which words in a daily letter its reader ends them without signing in; they open nothing else."""
