"""The one room in which everybody is, opened when chat starts for the first time."""

from sqlalchemy import func, select

from kit.actor import calling
from kit.records import Process
from services.chat.model.rooms import Kind, Room

_OPENING = 7_203_101
NAME = "Everybody"


async def open_public_room(process: Process) -> None:
    """Of replicas that start together one opens it; it has no owner, so nobody can take it away."""
    async with process.work(calling()) as work:
        await work.run(select(func.pg_advisory_xact_lock(_OPENING)))
        public = select(Room.id).where(Room.kind == Kind.PUBLIC).limit(1)
        if await work.value(public) is None:
            work.add(Room(name=NAME, kind=Kind.PUBLIC))
