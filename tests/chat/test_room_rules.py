"""Who is in which room, and what happens when somebody says something."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from crm.chat.v1 import events_pb2 as events

from kit.actor import Actor
from kit.entity import Audience, Level
from kit.errors import Invalid, Refused
from services.chat.model.messages import Message
from services.chat.model.rooms import Room

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANA, DAN, EVA = (UUID(int=each) for each in (1, 2, 3))


def a_room(**given: object) -> Room:
    room = Room(**given)
    room.prepare(Actor.person(ANA))
    room.check()
    return room


def the_public_room() -> Room:
    return a_room(name="Everybody", owner_id=ANA)


def posted(room: Room, author: UUID, text: str) -> Message:
    message = Message(text=text)
    room.accept(message, author, NOW)
    return message


def test_everybody_reads_the_public_room() -> None:
    """CH-02, CH-04"""
    room = the_public_room()
    assert list(room.audience()) == [Audience("everyone", None, Level.READ)]


def test_two_people_have_one_private_room_whoever_begins() -> None:
    """CH-03"""
    assert Room.direct(ANA, DAN).pair_key == Room.direct(DAN, ANA).pair_key
    assert Room.direct(ANA, DAN).pair_key != Room.direct(ANA, EVA).pair_key


def test_only_its_two_members_read_a_private_room() -> None:
    """CH-03"""
    room = a_room(kind="private", member_ids=[DAN], owner_id=ANA)
    assert room.owner_id is None
    assert list(room.audience()) == [
        Audience("person", ANA, Level.READ),
        Audience("person", DAN, Level.READ),
    ]


def test_making_a_private_room_is_the_same_as_talking_directly() -> None:
    """CH-03"""
    made, direct = a_room(kind="private", member_ids=[DAN]), Room.direct(ANA, DAN)
    assert (made.member_ids, made.pair_key) == (direct.member_ids, direct.pair_key)


def test_a_later_change_does_not_let_the_changer_in() -> None:
    """CH-03"""
    room = Room.direct(DAN, EVA)
    room.prepare(Actor.person(ANA))
    assert room.member_ids == [DAN, EVA]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "private", "member_ids": []}, "member_ids"),
        ({"kind": "private", "member_ids": [ANA]}, "member_ids"),
        ({"kind": "private", "member_ids": [DAN, EVA]}, "member_ids"),
        ({"kind": "public", "name": "All", "member_ids": [DAN]}, "member_ids"),
        ({"kind": "public"}, "name"),
    ],
)
def test_what_makes_no_room_names_its_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        a_room(**given)
    assert set(wrong.value.fields) == {field}


def test_nobody_talks_to_themselves() -> None:
    with pytest.raises(Invalid, match="other than yourself"):
        Room.direct(ANA, ANA)


def test_messages_stand_in_the_order_of_posting() -> None:
    """CH-01"""
    room = the_public_room()
    said = [posted(room, ANA, "Hello"), posted(room, DAN, "Hello yourself")]
    assert [each.sequence for each in said] == [1, 2]
    assert (room.last_sequence, room.last_message_at) == (2, NOW)


def test_a_posted_message_tells_who_may_read_it() -> None:
    """CH-01, CH-03"""
    room = Room.direct(ANA, DAN)
    message = posted(room, DAN, "Lunch?")
    assert message.announced() == [
        events.MessagePosted(
            id=str(message.id),
            room_id=str(room.id),
            room_kind="private",
            member_ids=[str(ANA), str(DAN)],
            author_id=str(DAN),
            text="Lunch?",
            sent_at="2026-05-01T09:00:00Z",
            sequence=1,
        )
    ]


def test_nothing_is_posted_without_a_word() -> None:
    room = the_public_room()
    with pytest.raises(Invalid, match="Write something"):
        posted(room, ANA, " \n")
    assert room.last_sequence == 0


def test_a_room_in_which_somebody_spoke_stays() -> None:
    """CH-02"""
    room = the_public_room()
    room.removing()
    posted(room, ANA, "Hello")
    with pytest.raises(Refused, match="so it stays"):
        room.removing()
