"""Messages over gRPC: posted into a room, corrected and taken back by their author alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.chat.v1 import messages_pb2 as pb
from crm.chat.v1.messages_pb2_grpc import MessagesServicer

from kit.errors import Invalid, NotFound
from kit.records import Records, Work
from services.chat.model.messages import Message
from services.chat.model.rooms import Room
from services.chat.rpc.participants import participant, read


class Messages(Records[Message, pb.Message], MessagesServicer):
    """What people say in rooms."""

    record, message, listing = Message, pb.Message, pb.MessageList

    async def admit(self, work: Work, record: Any) -> None:
        """Whoever may read in a room may write in it; author, place and readers are not theirs to say."""
        author = participant(work)
        room = await _held(work, record.room_id)
        room.accept(record, author, datetime.now(UTC))
        work.add(record)
        # One's own words are read.
        await read(work, room, author, record.sequence)

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        record.require_author(work.actor)
        if values.get("owner_id") is not None:
            raise Invalid(
                owner_id="A message belongs to its author and to nobody else; leave it out."
            )
        await super().amend(work, record, values)

    async def discard(self, work: Work, record: Any) -> None:
        record.require_author(work.actor)
        await super().discard(work, record)


async def _held(work: Work, room_id: UUID | None) -> Room:
    """The room's row is held, so that no two messages get the same place."""
    if room_id is None:
        raise Invalid(room_id="Say in which room.")
    try:
        room = await work.get(Room, room_id)
    except NotFound:
        raise NotFound("There is no such room, or you are not in it.") from None
    await work.hold(room)
    return room
