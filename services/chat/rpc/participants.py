"""Who takes part in a room: who posts, and how far each has read; rooms and messages share it."""

from uuid import UUID

from sqlalchemy import bindparam, func
from sqlalchemy.dialects.postgresql import insert

from kit.errors import Refused
from kit.records import Work
from services.chat.model.read_marks import ReadMark
from services.chat.model.rooms import Room

_MARK = insert(ReadMark).values(
    room_id=bindparam("room"), person_id=bindparam("person"), up_to=bindparam("read")
)
_MOVED = _MARK.on_conflict_do_update(
    index_elements=[ReadMark.room_id, ReadMark.person_id],
    set_={"up_to": func.greatest(ReadMark.up_to, _MARK.excluded.up_to)},
).returning(ReadMark.up_to)


def participant(work: Work) -> UUID:
    """The person who posts or reads; the system itself does neither."""
    if work.actor.person_id is None:
        raise Refused("Only people talk in rooms.")
    return work.actor.person_id


async def read(work: Work, room: Room, person_id: UUID, up_to: int) -> int:
    """Moves somebody's mark forward, never back, whatever several devices say at once."""
    (row,) = await work.run(_MOVED, room=room.id, person=person_id, read=up_to)
    return int(row.up_to)
