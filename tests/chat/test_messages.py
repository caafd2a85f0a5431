"""Messages over gRPC: in order, live, and by nobody but their author."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from crm.chat.v1 import events_pb2 as events
from crm.chat.v1 import messages_pb2
from crm.v1 import records_pb2, standard_pb2

from kit.errors import Denied, Invalid
from kit.testing.serving import Serving
from tests.chat.voice import Voice


async def test_messages_posted_at_once_stand_in_one_order(bob: Voice, eva: Voice) -> None:
    """CH-01"""
    room = await bob.direct(eva)
    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task((bob, eva)[n % 2].say(room, f"Message {n}"))
    asked = standard_pb2.ListRequest(filter=f'room_id = "{room.id}"', order_by="sequence")
    items = (await eva.messages.List(asked)).items
    assert [each.sequence for each in items] == list(range(1, 21))
    assert [each.sent_at for each in items] == sorted(each.sent_at for each in items)
    assert (await bob.rooms.Get(standard_pb2.GetRequest(id=room.id))).last_sequence == 20


async def test_a_posted_message_is_told_to_those_who_may_read_it(
    serving: Serving, bob: Voice, eva: Voice
) -> None:
    """CH-01"""
    room = await bob.direct(eva)
    private, public = await bob.say(room, " Lunch? "), await bob.say(await bob.public(), "Hello")
    bodies = await serving.announced("crm.chat.message.posted")
    told = {each.id: each for each in map(events.MessagePosted.FromString, bodies)}
    assert set(told[private.id].member_ids) == {bob.person.name, eva.person.name}
    assert list(told[public.id].member_ids) == []
    assert (told[private.id].text, told[private.id].author_id) == ("Lunch?", bob.person.name)


async def test_a_posted_message_is_live_on_nats(serving: Serving, bob: Voice, eva: Voice) -> None:
    """CH-01"""
    live = await serving.process.nats.subscribe("crm.chat.message.posted")
    room = await bob.direct(eva)
    sent = await bob.say(room, "Are you there?")
    async with asyncio.timeout(10):
        while (
            posted := events.MessagePosted.FromString((await live.next_msg()).data)
        ).id != sent.id:
            continue
    await live.unsubscribe()
    assert posted.text == "Are you there?"


async def test_nobody_speaks_for_another(bob: Voice, eva: Voice) -> None:
    room = await bob.direct(eva)
    for given in ({"author_id": eva.person.name}, {"sequence": 7}):
        with pytest.raises(Invalid) as wrong:
            await bob.say(room, "I said that", **given)
        assert set(wrong.value.fields) == set(given)
    said = await bob.say(await bob.public(), "Mine", owner_id=eva.person.name)
    assert (said.author_id, said.owner_id) == (bob.person.name, "")


async def test_nobody_puts_words_into_another_s_mouth(bob: Voice, eva: Voice) -> None:
    """S17: neither an owner nor an edit share lets another rewrite what an author said."""
    said = await bob.say(await bob.public(), "I agree")
    handed = messages_pb2.Message(id=said.id, owner_id=eva.person.name)
    with pytest.raises(Invalid) as refused:
        await bob.messages.Update(
            messages_pb2.MessagePatch(record=handed, mask={"paths": ["owner_id"]})
        )
    assert set(refused.value.fields) == {"owner_id"}
    await _share(bob, said, eva)
    words = messages_pb2.Message(id=said.id, text="I disagree")
    with pytest.raises(Denied):
        await eva.messages.Update(messages_pb2.MessagePatch(record=words, mask={"paths": ["text"]}))
    with pytest.raises(Denied):
        await eva.messages.Delete(standard_pb2.DeleteRequest(id=said.id))
    kept = await bob.messages.Get(standard_pb2.GetRequest(id=said.id))
    assert (kept.text, kept.author_id) == ("I agree", bob.person.name)


async def _share(bob: Voice, said: Any, eva: Voice) -> None:
    """An edit share, where messages may be shared at all."""
    wanted = {"principal_kind": "person", "principal_id": eva.person.name, "level": "edit"}
    with suppress(Denied):
        await bob.records.Share(
            records_pb2.ShareRequest(entity="chat.Message", id=said.id, **wanted)
        )


@pytest.mark.parametrize(
    ("given", "field"), [({"text": " "}, "text"), ({"text": "x" * 4_001}, "text"), ({}, "text")]
)
async def test_a_message_says_something(bob: Voice, given: dict[str, str], field: str) -> None:
    room = await bob.public()
    with pytest.raises(Invalid) as wrong:
        await bob.messages.Create(messages_pb2.Message(room_id=room.id, **given))
    assert set(wrong.value.fields) == {field}


async def test_a_message_is_corrected_and_taken_back_by_its_author(bob: Voice, eva: Voice) -> None:
    """CH-04"""
    room = await bob.direct(eva)
    message = await bob.say(room, "Lunhc?")
    record = messages_pb2.Message(id=message.id, text="Lunch?")
    patch = messages_pb2.MessagePatch(record=record, mask={"paths": ["text"]})
    with pytest.raises(Denied):
        await eva.messages.Update(patch)
    await bob.messages.Update(patch)
    assert await eva.heard(room) == ["Lunch?"]
    await bob.messages.Delete(standard_pb2.DeleteRequest(id=message.id))
    assert await eva.heard(room) == []


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\u200e", "a\u202eb", "a\x1bb"])
async def test_a_message_shows_something_and_steers_nobody(
    bob: Voice, eva: Voice, text: str
) -> None:
    """C4"""
    room = await bob.direct(eva)
    with pytest.raises(Invalid) as refused:
        await bob.say(room, text)
    assert set(refused.value.fields) == {"text"}
