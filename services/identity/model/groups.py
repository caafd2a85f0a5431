"""People, roles and other groups that are given access together."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.entity import Governs, LongText, Presentation, Record, References, Text, field
from kit.errors import Invalid
from services.identity.model.principals import principal_key

_CIRCLE = "A group cannot contain itself, not even through another group; take that group out."

_MOST = 1_000


class Group(Record):
    """People, roles and groups that are given access together."""

    __tablename__ = "group"
    entity = "identity.Group"
    plural = "Groups"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(icon="users", area="administration", rank=130, owned=False)

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True, unique=True)
    description: Mapped[str | None] = field(LongText(), "Description", listed=True)
    person_ids: Mapped[list[UUID]] = field(
        References("identity.Person", most=_MOST), "People", section="Members"
    )
    role_ids: Mapped[list[UUID]] = field(
        References("identity.Role", most=_MOST), "Roles", section="Members"
    )
    role_and_below_ids: Mapped[list[UUID]] = field(
        References("identity.Role", most=_MOST), "Roles with all below", section="Members"
    )
    group_ids: Mapped[list[UUID]] = field(
        References("identity.Group", most=_MOST), "Groups", section="Members"
    )
    share_key: Mapped[int] = principal_key()

    def check(self) -> None:
        self.refuse_circle(self.group_ids)

    def refuse_circle(self, contained: Collection[UUID]) -> None:
        """`contained` is every group in this one, and in those in turn."""
        if self.id in contained:
            raise Invalid(group_ids=_CIRCLE)
