"""What tags have in common: their category, its colour, and the kinds of records that it is for."""

from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.entity import (
    EntityNames,
    Governs,
    Integer,
    LongText,
    Picklist,
    Presentation,
    Record,
    Text,
    field,
)


class Tone(StrEnum):
    """The colours in which tags are shown; what they look like the pages say, by day and by night."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


TONES = {each.value: each.value for each in Tone}
"""A colour is shown in itself."""


class TagCategory(Record):
    """What some tags have in common, as the organisation sees it, e.g. the interests of customers."""

    __tablename__ = "tag_category"
    entity = "identity.TagCategory"
    plural = "Tag categories"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    no_bin = "Only a category without tags goes, so nothing is lost with it."
    importable = False
    presentation = Presentation(
        icon="rectangle-stack",
        area="administration",
        rank=178,
        owned=False,
        order_by="position, name",
        tones={"tone": TONES},
    )

    name: Mapped[str] = field(Text(60), "Name", searched=True, listed=True, unique=True)
    position: Mapped[int] = field(
        Integer(low=0, high=10_000),
        "Position",
        initial=0,
        listed=True,
        help="Categories are shown in this order.",
    )
    tone: Mapped[str | None] = field(
        Picklist(Tone),
        "Colour",
        listed=True,
        help="For those of its tags that have none of their own.",
    )
    entity_names: Mapped[list[str]] = field(
        EntityNames(), "Only for", listed=True, help="Nothing here means: for all kinds of records."
    )
    description: Mapped[str | None] = field(LongText(), "Description")
