"""What somebody said in a room, and who may read it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kit.actor import Actor
from kit.entity import (
    Audience,
    Instant,
    Integer,
    Level,
    LongText,
    Presentation,
    Record,
    Reference,
    field,
)
from kit.errors import Denied, Invalid


def readers(member_ids: Sequence[UUID]) -> Iterable[Audience]:
    """The members alone, or everybody where there are none."""
    if not member_ids:
        yield Audience("everyone", None, Level.READ)
    for person in member_ids:
        yield Audience("person", person, Level.READ)


class Message(Record):
    """One message in a room; it is found by those who may see the room."""

    __tablename__ = "message"
    entity = "chat.Message"
    importable = False
    plural = "Messages"
    no_bin = "What somebody takes back in a room is gone for all who read there."
    title = "text"
    default_access = "private"
    confidential = True
    presentation = Presentation(icon="chat-bubble-left-right", sought=True)

    room_id: Mapped[UUID] = field(
        Reference("chat.Room", here=True), "Room", editable=False, creatable=True, listed=True
    )
    author_id: Mapped[UUID] = field(
        Reference("identity.Person"), "Author", editable=False, required=False, listed=True
    )
    text: Mapped[str] = field(LongText(4_000), "Text", searched=True, listed=True)
    sent_at: Mapped[datetime] = field(
        Instant(), "Sent", editable=False, required=False, listed=True
    )
    sequence: Mapped[int] = field(Integer(low=1), "Place", editable=False, required=False)
    # A private room's two members never change, so a copy of them stays true.
    reader_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))

    __table_args__ = (UniqueConstraint("room_id", "sequence"),)

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - the hook's own signature
        """A message has an author and no owner: that could be handed over, and opens it to others."""
        self.owner_id = None

    def require_author(self, actor: Actor) -> None:
        """Whatever was shared or handed over: nobody puts words into another's mouth."""
        if not actor.is_system and actor.person_id != self.author_id:
            raise Denied("Only its author may change a message or take it back.")

    def check(self) -> None:
        if not self.text or not self.text.strip():
            raise Invalid(text="Write something.")

    def audience(self) -> Iterable[Audience]:
        """Everybody concerned reads it, only its author corrects it."""
        yield from readers(self.reader_ids)
        yield Audience("person", self.author_id, Level.FULL)
