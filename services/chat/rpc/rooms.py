"""Rooms over gRPC: the one room of two people, and how far each has read."""

from typing import Any
from uuid import UUID

from crm.chat.v1 import rooms_pb2 as pb
from crm.chat.v1.rooms_pb2_grpc import RoomsServicer
from sqlalchemy import Text, bindparam, func, select

from kit.access.clause import reachable
from kit.entity import Level
from kit.errors import Denied, Invalid
from kit.records import Records, Said, Work, stored, verb
from services.chat.model.read_marks import ReadMark
from services.chat.model.rooms import PUBLIC_ROOM, Kind, Room
from services.chat.rpc.participants import participant, read

_BETWEEN = stored(Room).where(Room.pair_key == bindparam("pair", type_=Text()))


class Rooms(Records[Room, pb.Room], RoomsServicer):
    """Where people talk."""

    record, message, listing = Room, pb.Room, pb.RoomList

    async def Create(self, request: Any, context: Any) -> Any:
        """A private room is the one that the two have already, if they have one."""
        if request.kind != Kind.PRIVATE:
            return await super().Create(request, context)
        self.permit("create")
        async with self.work(request) as work:
            other = _other(self.new(request), participant(work))
            return await work.show(await self._between(work, other))

    async def admit(self, work: Work, record: Room) -> None:
        """Into a private room come two; a public one everybody sees."""
        if not record.is_private and "create" not in work.permit(PUBLIC_ROOM).rights:
            raise Denied("", {"kind": "Your profile does not let you create public rooms."})
        await super().admit(work, record)

    @verb(right="create")
    async def Direct(self, work: Work, said: Said) -> Room:
        return await self._between(work, said.person_id)

    async def _between(self, work: Work, other: UUID) -> Room:
        """Looked for first without waiting: two people have had their room almost always."""
        room = Room.direct(participant(work), other)
        if other not in self.process.policy.organisation.people:
            raise Invalid(person_id="There is no such person.")
        known = await _known(work, room)
        if known is None:
            # Of many who open the same room at once, one makes it and the others find it.
            lock = func.hashtextextended(room.pair_key, 0)
            await work.run(select(func.pg_advisory_xact_lock(lock)))
            known = await _known(work, room)
        return known or work.add(room)

    @verb(right="view", level=Level.READ)
    async def MarkRead(self, work: Work, room: Room, said: Said) -> pb.ReadMark:
        last = room.last_sequence
        up_to = last if said.up_to is None else min(said.up_to, last)
        return _mark(room.id, await read(work, room, participant(work), up_to), last)

    @verb()
    async def Unread(self, work: Work, said: Said) -> pb.UnreadRooms:
        reach = work.permit(Room).reach(Level.READ)
        mine = (ReadMark.room_id == Room.id) & (ReadMark.person_id == work.actor.person_id)
        up_to = func.coalesce(ReadMark.up_to, 0)
        unread = (
            select(Room.id, up_to, Room.last_sequence)
            .outerjoin(ReadMark, mine)
            .where(Room.last_sequence > up_to, reachable(Room, reach, Level.READ))
            .order_by(Room.last_message_at.desc(), Room.id)
        )
        rows = await work.rows(unread)
        return pb.UnreadRooms(items=[_mark(*row) for row in rows])


async def _known(work: Work, room: Room) -> Room | None:
    """Found by the two people, of whom the caller is one, so within reach by itself."""
    return next(iter(await work.records(Room, _BETWEEN, pair=room.pair_key)), None)


def _other(room: Room, caller: UUID) -> UUID:
    others = [person for person in room.member_ids if person != caller]
    if len(others) != 1:
        raise Invalid(member_ids="Name exactly one other person for a private room.")
    return others[0]


def _mark(room_id: UUID, up_to: int, last: int) -> pb.ReadMark:
    return pb.ReadMark(room_id=str(room_id), up_to=up_to, unread=last - up_to)
