"""A thing that people share: a car, a room, a projector."""

from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.entity import (
    Boolean,
    Choice,
    Integer,
    LongText,
    MayBePrivate,
    Presentation,
    Record,
    Tagged,
    Text,
    field,
)
from kit.errors import Refused


class Kind(StrEnum):
    """What sort of thing it may be, to begin with; administrators keep the list."""

    CAR = "car"
    ROOM = "room"
    PROJECTOR = "projector"
    OTHER = "other"


class Resource(MayBePrivate, Tagged, Record):
    """A car, room, projector or other thing that can be booked."""

    __tablename__ = "resource"
    entity = "scheduling.Resource"
    plural = "Resources"
    presentation = Presentation(icon="truck", area="calendar", rank=75, sought=True)

    name: Mapped[str] = field(Text(120), "Name", unique=True, searched=True, listed=True)
    kind: Mapped[str] = field(
        Choice("scheduling.resource.kind"), "Kind", initial=Kind.ROOM, listed=True
    )
    location: Mapped[str | None] = field(Text(200), "Location", searched=True, listed=True)
    capacity: Mapped[int | None] = field(
        Integer(low=1), "Capacity", listed=True, help="How many people it holds."
    )
    active: Mapped[bool] = field(Boolean(), "Can be booked", initial=True, listed=True)
    description: Mapped[str | None] = field(LongText(), "Description", searched=True)

    def lend(self) -> None:
        """Raises Refused when it cannot be booked; what is booked already stays so."""
        if not self.active:
            raise Refused(f"{self.name} cannot be booked at present; choose another resource.")
