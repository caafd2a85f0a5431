"""A position in the tree of responsibilities; it sees what the roles below it own."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.entity import Governs, LongText, Presentation, Record, References, Text, Tree, field
from services.identity.model.principals import principal_key

_CIRCLE = "A role cannot stand below itself; choose a role from elsewhere in the tree."


class Role(Record):
    """A position in the organisation's tree of responsibilities."""

    __tablename__ = "role"
    entity = "identity.Role"
    plural = "Roles"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(
        icon="queue-list",
        area="administration",
        rank=110,
        owned=False,
        tabs={"parent_id": "Roles below"},
    )

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True, unique=True)
    description: Mapped[str | None] = field(LongText(), "Description", listed=True)
    parent_id: Mapped[UUID | None] = field(
        Tree("identity.Role", circle=_CIRCLE), "Role above", listed=True, index=True
    )
    profile_ids: Mapped[list[UUID]] = field(
        References("identity.Profile"), "Profiles", help="Every holder of the role gets these."
    )
    share_key: Mapped[int] = principal_key()
    tree_key: Mapped[int] = principal_key()
