"""The steps of a sale: how likely a deal is that stands there, and which of them end it."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Boolean,
    Governs,
    Integer,
    LongText,
    Percent,
    Picklist,
    Presentation,
    Record,
    Text,
    field,
)
from kit.errors import Invalid


class Outcome(StrEnum):
    """How a deal stands: it goes on, or it has ended in one of two ways."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


_ENDS = {Outcome.WON: Decimal(100), Outcome.LOST: Decimal(0)}


class Stage(Record):
    """One step of a sale."""

    __tablename__ = "stage"
    entity = "sales.Stage"
    plural = "Stages"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    no_bin = "A deal in a stage that nobody sees would be on no board; only an empty stage goes, for good."
    presentation = Presentation(
        icon="flag",
        area="administration",
        rank=180,
        owned=False,
        order_by="position",
        tones={"outcome": {"open": "blue", "won": "green", "lost": "red"}},
    )

    name: Mapped[str] = field(Text(80), "Name", searched=True, listed=True, unique=True)
    position: Mapped[int] = field(Integer(low=0), "Position", initial=0, listed=True)
    outcome: Mapped[str] = field(
        Picklist(Outcome),
        "Outcome",
        initial=Outcome.OPEN,
        listed=True,
        editable=False,
        creatable=True,
    )
    probability: Mapped[Decimal] = field(Percent(), "Probability", listed=True, required=False)
    asks_reason: Mapped[bool] = field(Boolean(), "Asks for a reason", listed=True)
    forecast: Mapped[bool] = field(Boolean(), "Counts in the forecast", initial=True, listed=True)
    description: Mapped[str | None] = field(
        LongText(), "Description", help="What must be true for a deal to stand here."
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.probability = _ENDS.get(Outcome(self.outcome), self.probability)

    def check(self) -> None:
        if self.probability is None:
            raise Invalid(probability="Say how likely a sale is from here, 0 to 100.")

    @property
    def ends(self) -> bool:
        return self.outcome != Outcome.OPEN


# The stages with which a new organisation starts; administrators change them as they like.
STARTING_STAGES: Sequence[dict[str, Any]] = (
    {"name": "Prospecting", "position": 0, "probability": Decimal(10)},
    {"name": "Engaging", "position": 1, "probability": Decimal(40)},
    {"name": "Negotiating", "position": 2, "probability": Decimal(70)},
    {"name": "Won", "position": 3, "probability": Decimal(100), "outcome": Outcome.WON.value},
    {
        "name": "Lost",
        "position": 4,
        "probability": Decimal(0),
        "outcome": Outcome.LOST.value,
        "asks_reason": True,
    },
)
