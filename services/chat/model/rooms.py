"""Where people talk: the public room for everybody, a private one for two."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crm.chat.v1 import events_pb2 as events
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.actor import Actor
from kit.entity import (
    Audience,
    Instant,
    Integer,
    Picklist,
    Record,
    References,
    Text,
    field,
)
from kit.errors import Invalid, Refused
from services.chat.model.messages import Message, readers

PAIR = 2

# Rooms that everybody is in belong to the organisation: to make one is a right of its own.
PUBLIC_ROOM = "chat.PublicRoom"


class Kind(StrEnum):
    """Who may read and write in a room: everybody, or two people."""

    PUBLIC = "public"
    PRIVATE = "private"


def pair(one: UUID, other: UUID) -> str:
    """The same for both people, so that they share one room whoever speaks first."""
    return ":".join(sorted((str(one), str(other))))


class Room(Record):
    """A room for messages. A private room is not found by anybody but its members."""

    __tablename__ = "room"
    entity = "chat.Room"
    importable = False
    plural = "Rooms"
    no_bin = "Only a room in which nothing was said can be deleted; opening another loses nothing."
    default_access = "private"
    confidential = True

    name: Mapped[str | None] = field(Text(120), "Name", searched=True, listed=True)
    kind: Mapped[str] = field(
        Picklist(Kind), "Kind", initial=Kind.PUBLIC, editable=False, creatable=True, listed=True
    )
    member_ids: Mapped[list[UUID]] = field(
        References("identity.Person", most=1_000),
        "Members",
        editable=False,
        creatable=True,
        listed=True,
        help="The two people of a private room; in a public one all are.",
    )
    last_message_at: Mapped[datetime | None] = field(
        Instant(), "Last message", figure=True, tracked=False, listed=True, index=True
    )
    last_sequence: Mapped[int] = field(
        Integer(low=0), "Messages so far", initial=0, figure=True, tracked=False
    )
    pair_key: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("(kind = 'private') = (pair_key IS NOT NULL)", name="private_has_pair"),
    )

    @classmethod
    def direct(cls, one: UUID, other: UUID) -> "Room":
        """The private room of two people."""
        if one == other:
            raise Invalid(person_id="Choose somebody other than yourself.")
        return cls(kind=Kind.PRIVATE, member_ids=[one, other], pair_key=pair(one, other))

    @property
    def is_private(self) -> bool:
        return self.kind == Kind.PRIVATE

    def prepare(self, actor: Actor) -> None:
        """A private room has no owner: ownership would open it to those above the owner."""
        if not self.is_private:
            return
        self.owner_id = None
        if actor.person_id is not None and self.pair_key is None:
            self.member_ids = list(dict.fromkeys((actor.person_id, *self.member_ids)))
        if len(self.member_ids) == PAIR:
            self.pair_key = pair(*self.member_ids)

    def check(self) -> None:
        if self.is_private and len(self.member_ids) != PAIR:
            raise Invalid(member_ids="Name exactly one other person for a private room.")
        if not self.is_private and self.member_ids:
            raise Invalid(member_ids="Everybody is in a public room; leave this empty.")
        if not self.is_private and not self.name:
            raise Invalid(name="Give the public room a name.")

    def removing(self) -> None:
        if self.last_sequence:
            raise Refused("There are messages in this room, so it stays.")

    def audience(self) -> Iterable[Audience]:
        return readers(self.member_ids)

    def accept(self, message: Message, author_id: UUID, at: datetime) -> None:
        """Takes in what somebody says; the caller holds the room's row, so no place is given twice."""
        message.check()
        self.last_sequence += 1
        self.last_message_at = at
        message.room_id, message.sequence = self.id, self.last_sequence
        message.author_id = message.owner_id = author_id
        message.sent_at = at
        message.reader_ids = list(self.member_ids)
        message.announce(self._posted(message))

    def _posted(self, message: Message) -> events.MessagePosted:
        return events.MessagePosted(
            id=str(message.id),
            room_id=str(self.id),
            room_kind=self.kind,
            member_ids=[str(person) for person in self.member_ids],
            author_id=str(message.author_id),
            text=message.text,
            sent_at=Instant().show(message.sent_at),
            sequence=message.sequence,
        )
