"""Who may read and correct a message."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kit.actor import Actor
from kit.entity import Audience, Level
from kit.errors import Invalid
from services.chat.model.messages import Message
from services.chat.model.rooms import Room

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANA, DAN = UUID(int=1), UUID(int=2)


def posted(room: Room, author: UUID, text: str) -> Message:
    message = Message(text=text)
    room.accept(message, author, NOW)
    return message


def test_a_private_message_is_read_by_two_and_corrected_by_its_author() -> None:
    """CH-03, CH-04"""
    message = posted(Room.direct(ANA, DAN), DAN, "Lunch?")
    message.prepare(Actor.person(DAN))
    assert message.owner_id is None
    assert list(message.audience()) == [
        Audience("person", ANA, Level.READ),
        Audience("person", DAN, Level.READ),
        Audience("person", DAN, Level.FULL),
    ]


def test_a_public_message_is_read_by_everybody() -> None:
    """CH-02"""
    message = posted(Room(name="Everybody"), ANA, "Hello")
    assert list(message.audience()) == [
        Audience("everyone", None, Level.READ),
        Audience("person", ANA, Level.FULL),
    ]


def test_a_message_is_not_corrected_into_nothing() -> None:
    with pytest.raises(Invalid, match="Write something"):
        Message(text=" ").check()
