"""What everybody may do with records that are not theirs, entity by entity."""

from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.entity import EntityName, Governs, Picklist, Presentation, Record, field
from kit.errors import Invalid
from kit.wire.contract import facts_of
from services.identity.model.principals import check_entity


class DefaultLevel(StrEnum):
    """How open an entity's records are to everybody."""

    PRIVATE = "private"
    READ = "read"
    EDIT = "edit"
    FULL = "full"
    PARENT = "parent"


class AccessDefault(Record):
    """What everybody may do with the records of an entity that they do not own."""

    __tablename__ = "access_default"
    entity = "identity.AccessDefault"
    plural = "Access defaults"
    title = "entity_name"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(area="administration", rank=150, owned=False)

    entity_name: Mapped[str] = field(
        EntityName(),
        "Entity",
        searched=True,
        listed=True,
        unique=True,
        help="For example sales.Opportunity.",
    )
    level: Mapped[str] = field(
        Picklist(DefaultLevel),
        "Level",
        initial=DefaultLevel.PRIVATE,
        listed=True,
        help="Parent: whoever sees the record on which one hangs sees it too, and nobody else.",
    )

    def check(self) -> None:
        check_entity(self.entity_name)
        facts = facts_of(self.entity_name)
        if self.level == DefaultLevel.PARENT and facts and not facts.parents:
            raise Invalid(level="These hang on no other record; choose another level.")
