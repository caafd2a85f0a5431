"""A named set of rights: what its holders may do with each entity and each field."""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Boolean,
    EntityName,
    Governs,
    LongText,
    Picklist,
    Presentation,
    Record,
    Row,
    Rows,
    Text,
    Words,
    field,
    row_field,
)
from kit.errors import Invalid
from services.identity.composed_fields import whole_of
from services.identity.model.principals import is_entity

GOVERNING = frozenset(Governs)


class FieldLevel(StrEnum):
    """How far access to a field goes."""

    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"


class Permission(Row):
    """What a profile allows for one entity."""

    entity: str = row_field(
        EntityName(),
        "Entity",
        required=True,
        help="sales.Opportunity; * for all; configuration, access for what no * covers.",
    )
    view: bool = row_field(Boolean(), "View", initial=False)
    create: bool = row_field(Boolean(), "Create", initial=False)
    edit: bool = row_field(Boolean(), "Edit", initial=False)
    delete: bool = row_field(Boolean(), "Delete", initial=False)
    view_all: bool = row_field(Boolean(), "View all", initial=False)
    edit_all: bool = row_field(Boolean(), "Edit all", initial=False)
    export: bool = row_field(Boolean(), "Export", initial=False)

    def completed(self) -> "Permission":
        """The same right with everything that it includes said aloud."""
        view_all = self.view_all or self.edit_all
        edit = self.edit or self.edit_all
        view = self.view or self.create or self.delete or edit or view_all or self.export
        return dataclasses.replace(self, view=view, edit=edit, view_all=view_all)


class FieldAccess(Row):
    """What a profile allows for one field."""

    entity: str = row_field(
        EntityName(), "Entity", required=True, help="For example parties.Contact."
    )
    field: str = row_field(Text(80), "Field", required=True, help="For example birth_date.")
    access: str = row_field(Picklist(FieldLevel), "Access", initial=FieldLevel.READ)


class Profile(Record):
    """A named set of rights, given to people and roles."""

    __tablename__ = "profile"
    entity = "identity.Profile"
    plural = "Profiles"
    default_access = "read"
    governed_by = Governs.ACCESS
    no_bin = (
        "What gives access ends at once, and for good; set it up anew where it is wanted again."
    )
    presentation = Presentation(icon="shield-check", area="administration", rank=120, owned=False)

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True, unique=True)
    description: Mapped[str | None] = field(LongText(), "Description", listed=True)
    permissions: Mapped[list[Permission]] = field(
        Rows(Permission, most=500), "Permissions", section="Rights"
    )
    field_access: Mapped[list[FieldAccess]] = field(
        Rows(FieldAccess, most=2_000),
        "Field access",
        section="Rights",
        help="A field not named may be edited.",
    )
    hidden_modules: Mapped[list[str]] = field(
        Words(),
        "Hidden modules",
        section="Rights",
        help="A service such as campaigns, or one entity such as sales.Product.",
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.permissions = [permission.completed() for permission in self.permissions]

    def check(self) -> None:
        entities = [permission.entity for permission in self.permissions]
        fields = [access.entity for access in self.field_access]
        wrong = {
            "permissions": _unknown(set(entities) - GOVERNING) or _doubled(entities),
            "field_access": _unknown(fields)
            or _doubled(f"{each.entity}.{each.field}" for each in self.field_access)
            or _inseparable(self.field_access),
        }
        complaints = {name: complaint for name, complaint in wrong.items() if complaint}
        if complaints:
            raise Invalid("", complaints)


def _unknown(names: Iterable[str]) -> str:
    odd = sorted(name for name in names if not is_entity(name))
    return f"{odd[0]} names no entity; write it like sales.Opportunity." if odd else ""


def _inseparable(lines: Iterable[FieldAccess]) -> str:
    """A part would still be read in its whole."""
    for line in lines:
        name = f"{line.entity}.{line.field}"
        if whole := whole_of(line.entity, line.field):
            return f"{name} is part of {whole}; limit {whole}, and its parts follow."
    return ""


def _doubled(names: Iterable[str]) -> str:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    return f"{twice[0]} stands here twice; keep one line." if twice else ""
