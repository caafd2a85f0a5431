"""Rooms over gRPC: the public one, private ones for two, and nobody else in them."""

import asyncio

import pytest
from crm.chat.v1 import messages_pb2, rooms_pb2
from crm.chat.v1.rooms_pb2_grpc import RoomsStub
from crm.v1 import records_pb2, standard_pb2

from kit.access.entries import Permission
from kit.actor import Actor, calls
from kit.errors import Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from services.chat.main import chat
from services.chat.public_room import open_public_room
from tests.chat.voice import Voice

EVERYTHING = Permission(
    entity="*", view=True, create=True, edit=True, delete=True, view_all=True, edit_all=True
)


async def test_there_is_one_public_room_however_often_chat_starts(
    serving: Serving, bob: Voice
) -> None:
    """CH-02"""
    room = await bob.public()
    assert open_public_room in chat(serving.service.settings).started
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(_start(serving))
    assert (await bob.public()).id == room.id


async def _start(serving: Serving) -> None:
    calls(Actor.system("chat.open_public_room"))
    await open_public_room(serving.process)


async def test_everybody_reads_and_writes_in_the_public_room_and_nobody_takes_it_away(
    bob: Voice, eva: Voice
) -> None:
    """CH-01, CH-02, CH-04"""
    room = await bob.public()
    mine = await bob.say(room, "Good morning")
    yours = await eva.say(room, "To you too")
    assert yours.sequence == mine.sequence + 1
    assert (await eva.heard(room))[-2:] == ["Good morning", "To you too"]
    with pytest.raises(Denied):
        await eva.rooms.Delete(standard_pb2.DeleteRequest(id=room.id))
    changed = messages_pb2.Message(id=mine.id, text="Changed")
    with pytest.raises(Denied):
        await eva.messages.Update(
            messages_pb2.MessagePatch(record=changed, mask={"paths": ["text"]})
        )


async def test_two_people_have_one_room_whoever_speaks_first(bob: Voice, eva: Voice) -> None:
    """CH-03"""
    room = await bob.direct(eva)
    assert (await eva.direct(bob)).id == room.id
    same = rooms_pb2.Room(kind="private", member_ids=[bob.person.name])
    assert (await eva.rooms.Create(same)).id == room.id
    assert set(room.member_ids) == {bob.person.name, eva.person.name}
    assert not room.HasField("owner_id")


async def test_twenty_who_open_it_at_once_open_one_room(bob: Voice, eva: Voice) -> None:
    """CH-03"""
    async with asyncio.TaskGroup() as group:
        pairs = [(bob, eva), (eva, bob)] * 10
        asked = [group.create_task(one.direct(other)) for one, other in pairs]
    assert len({each.result().id for each in asked}) == 1


async def test_nobody_talks_to_themselves_or_to_nobody(bob: Voice) -> None:
    """CH-03"""
    with pytest.raises(Invalid) as wrong:
        await bob.direct(bob)
    assert set(wrong.value.fields) == {"person_id"}
    for stranger in (str(uuid7()), "nobody"):
        with pytest.raises(Invalid) as nobody:
            await bob.rooms.Direct(rooms_pb2.DirectRequest(person_id=stranger))
        assert set(nobody.value.fields) == {"person_id"}
    for members in ([], [bob.person.name], [str(uuid7()), str(uuid7())]):
        with pytest.raises(Invalid) as few:
            await bob.rooms.Create(rooms_pb2.Room(kind="private", member_ids=members))
        assert set(few.value.fields) == {"member_ids"}


async def outsider(serving: Serving, organisation: TestOrganisation, who: str) -> tuple[Voice, ...]:
    """Two people in a room, and somebody whom it does not concern, however high."""
    top = await organisation.role("Head")
    team = await organisation.role("Team", parent=top)
    one = Voice(serving, await organisation.person("One", roles=(team,)))
    two = Voice(serving, await organisation.person("Two", roles=(team,)))
    others = {
        "a third person": lambda: organisation.person("Third", roles=(team,)),
        "their manager": lambda: organisation.person("Manager", roles=(top,)),
        "an administrator": lambda: organisation.person("Admin", EVERYTHING, roles=(top,)),
    }
    return one, two, Voice(serving, await others[who]())


@pytest.mark.parametrize("who", ["a third person", "their manager", "an administrator"])
async def test_a_private_room_is_not_found_by_anybody_else(
    serving: Serving, organisation: TestOrganisation, who: str
) -> None:
    """CH-03"""
    one, two, third = await outsider(serving, organisation, who)
    room = await one.direct(two)
    message = await two.say(room, f"Between us {uuid7()}")
    for ask in (
        third.rooms.Get(standard_pb2.GetRequest(id=room.id)),
        third.messages.Get(standard_pb2.GetRequest(id=message.id)),
        third.say(room, "Let me in"),
        third.read(room),
        third.rooms.Delete(standard_pb2.DeleteRequest(id=room.id)),
        third.messages.Delete(standard_pb2.DeleteRequest(id=message.id)),
        third.rooms.Update(
            rooms_pb2.RoomPatch(
                record=rooms_pb2.Room(id=room.id, name="Mine"), mask={"paths": ["name"]}
            )
        ),
        third.records.History(records_pb2.HistoryRequest(entity="chat.Message", id=message.id)),
    ):
        with pytest.raises(NotFound):
            await ask
    assert await third.heard(room) == []
    found = await third.messages.List(standard_pb2.ListRequest(search=message.text))
    assert list(found.items) == []
    counted = await third.rooms.List(
        standard_pb2.ListRequest(filter=f'id = "{room.id}"', count=True)
    )
    assert counted.page.total == 0
    titles = await third.records.Titles(
        records_pb2.TitlesRequest(entity="chat.Message", ids=[message.id])
    )
    assert dict(titles.titles) == {}
    assert await third.unread(room) == 0
    assert await one.heard(room) == [message.text]


async def test_reading_moves_forward_only_and_never_beyond_the_last_message(
    bob: Voice, eva: Voice
) -> None:
    """CH-04"""
    room = await bob.direct(eva)
    for n in range(5):
        await bob.say(room, f"Message {n}")
    assert (await eva.unread(room), await bob.unread(room)) == (5, 0)
    assert await eva.read(room, 3) == (3, 2)
    assert await eva.read(room, 1) == (3, 2)
    assert await eva.unread(room) == 2
    assert await eva.read(room, 99) == (5, 0)
    await bob.say(room, "One more")
    assert await eva.unread(room) == 1
    assert await eva.read(room) == (6, 0)
    assert await eva.unread(room) == 0


async def test_one_s_own_words_are_read(bob: Voice, eva: Voice) -> None:
    room = await bob.direct(eva)
    await bob.say(room, "Hello")
    await eva.say(room, "Hello yourself")
    assert (await eva.unread(room), await bob.unread(room)) == (0, 1)


async def test_a_private_room_with_words_in_it_stays(bob: Voice, eva: Voice) -> None:
    """CH-03"""
    room = await bob.direct(eva)
    await bob.say(room, "Hello")
    with pytest.raises(Denied):
        await bob.rooms.Delete(standard_pb2.DeleteRequest(id=room.id))


async def test_a_public_room_takes_a_right_of_its_own(
    serving: Serving, organisation: TestOrganisation
) -> None:
    """A1: `*` opens rooms for two; one that everybody is in belongs to the organisation."""
    agent, other = await organisation.person("Agent", EVERYTHING), await organisation.person("Bo")
    host = await organisation.person("Host", EVERYTHING, Permission("chat.PublicRoom", create=True))
    rooms = serving.stub(RoomsStub, agent)
    with pytest.raises(Denied) as refused:
        await rooms.Create(rooms_pb2.Room(name=f"Mine {uuid7()}"))
    assert set(refused.value.fields) == {"kind"}
    await rooms.Direct(rooms_pb2.DirectRequest(person_id=str(other.person_id)))
    await serving.stub(RoomsStub, host).Create(rooms_pb2.Room(name=f"All {uuid7()}"))


async def test_nobody_opens_a_room_with_somebody_who_has_left(
    serving: Serving, organisation: TestOrganisation
) -> None:
    """A6: a membership is given to nobody who has left."""
    ana, gone = await organisation.person("Ana"), await organisation.person("Gone")
    await organisation.leave(gone)
    with pytest.raises(Invalid, match="inactive"):
        await serving.stub(RoomsStub, ana).Direct(
            rooms_pb2.DirectRequest(person_id=str(gone.person_id))
        )
