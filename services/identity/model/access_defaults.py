"""What everybody may do with records that are not theirs, entity by entity."""

from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.entity import EntityName, Governs, Picklist, Presentation, Record, field
from services.identity.model.principals import check_entity


class DefaultLevel(StrEnum):
    """How open an entity's records are to everybody."""

    PRIVATE = "private"
    READ = "read"
    EDIT = "edit"


class AccessDefault(Record):
    """What everybody may do with the records of an entity that they do not own."""

    __tablename__ = "access_default"
    entity = "identity.AccessDefault"
    plural = "Access defaults"
    title = "entity_name"
    default_access = "read"
    governed_by = Governs.ACCESS
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
        Picklist(DefaultLevel), "Level", initial=DefaultLevel.PRIVATE, listed=True
    )

    def check(self) -> None:
        check_entity(self.entity_name)
