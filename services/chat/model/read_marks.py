"""How far each person has read in each room; nobody else's business, so no entity."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.database.tables import metadata


class Ledger(DeclarativeBase):
    """What the service keeps for itself beside its entities."""

    metadata = metadata


class ReadMark(Ledger):
    """The last message that a person has read in a room."""

    __tablename__ = "read_mark"

    room_id: Mapped[UUID] = mapped_column(
        ForeignKey("room.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    up_to: Mapped[int]
