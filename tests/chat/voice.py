"""A person at the chat, as tests of chat need one."""

from typing import Any

from crm.chat.v1 import messages_pb2, rooms_pb2
from crm.chat.v1.messages_pb2_grpc import MessagesStub
from crm.chat.v1.rooms_pb2_grpc import RoomsStub
from crm.v1 import standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.testing.serving import Serving
from services.chat.public_room import NAME


class Voice:
    """A person at the chat."""

    def __init__(self, serving: Serving, person: Actor) -> None:
        self.person = person
        self.rooms: Any = serving.stub(RoomsStub, person)
        self.messages: Any = serving.stub(MessagesStub, person)
        self.records: Any = serving.stub(RecordsStub, person)

    async def direct(self, other: "Voice") -> Any:
        return await self.rooms.Direct(rooms_pb2.DirectRequest(person_id=other.person.name))

    async def public(self) -> Any:
        asked = standard_pb2.ListRequest(filter=f'kind = "public" AND name = "{NAME}"')
        (room,) = (await self.rooms.List(asked)).items
        return room

    async def say(self, room: Any, text: str, **given: Any) -> Any:
        said = messages_pb2.Message(room_id=room.id, text=text, **given)
        return await self.messages.Create(said)

    async def heard(self, room: Any) -> list[str]:
        asked = standard_pb2.ListRequest(filter=f'room_id = "{room.id}"', order_by="sequence")
        return [each.text for each in (await self.messages.List(asked)).items]

    async def read(self, room: Any, up_to: int | None = None) -> tuple[int, int]:
        mark = await self.rooms.MarkRead(rooms_pb2.MarkReadRequest(id=room.id, up_to=up_to))
        return mark.up_to, mark.unread

    async def unread(self, room: Any) -> int:
        rooms = (await self.rooms.Unread(rooms_pb2.UnreadRequest())).items
        return next((each.unread for each in rooms if each.room_id == room.id), 0)
