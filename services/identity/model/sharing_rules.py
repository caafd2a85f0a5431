"""A rule that opens what some people own to others."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.entity import (
    EntityName,
    Governs,
    LongText,
    Picklist,
    Presentation,
    Record,
    Reference,
    Text,
    field,
)
from kit.errors import Invalid
from services.identity.model.principals import (
    PRINCIPALS,
    AccessLevel,
    PrincipalKind,
    check_entity,
)


class SharingRule(Record):
    """What some people own, others may see or edit."""

    __tablename__ = "sharing_rule"
    entity = "identity.SharingRule"
    plural = "Sharing rules"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(
        icon="share",
        area="administration",
        rank=140,
        owned=False,
        targets={"source_kind": PRINCIPALS, "target_kind": PRINCIPALS},
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(), "Description")
    entity_name: Mapped[str] = field(
        EntityName(), "Entity", searched=True, listed=True, help="For example sales.Opportunity."
    )
    # The kind beside it says what an id names, so these references have no one target.
    source_kind: Mapped[str] = field(Picklist(PrincipalKind), "Records of", section="From")
    source_id: Mapped[UUID] = field(Reference(), "Owner", section="From", index=True)
    target_kind: Mapped[str] = field(Picklist(PrincipalKind), "Shared with", section="To")
    target_id: Mapped[UUID] = field(Reference(), "Receiver", section="To", index=True)
    level: Mapped[str] = field(
        Picklist(AccessLevel), "Level", initial=AccessLevel.READ, section="To", listed=True
    )

    def check(self) -> None:
        check_entity(self.entity_name)
        if (self.source_kind, self.source_id) == (self.target_kind, self.target_id):
            raise Invalid(target_id="Share with somebody other than those whose records these are.")
