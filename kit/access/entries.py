"""The parts of the policy as identity publishes them (proto/crm/identity/v1/policy.proto)."""

from uuid import UUID

import msgspec

from kit.custom_fields.definition import CustomField


class Person(msgspec.Struct, frozen=True):
    """Somebody who signs in; the two keys stand for rows owned by and shared with this person."""

    name: str
    email: str
    status: str
    own_key: int
    share_key: int
    role_ids: tuple[UUID, ...] = ()
    profile_ids: tuple[UUID, ...] = ()
    time_zone: str = "UTC"
    locale: str = "en"


class Role(msgspec.Struct, frozen=True):
    """A place in the tree of responsibilities; whoever stands above sees what is owned below."""

    name: str
    share_key: int
    tree_key: int
    parent_id: UUID | None = None
    profile_ids: tuple[UUID, ...] = ()


class Permission(msgspec.Struct, frozen=True):
    """What a profile allows on one entity, or on all with `*`."""

    entity: str
    view: bool = False
    create: bool = False
    edit: bool = False
    delete: bool = False
    view_all: bool = False
    edit_all: bool = False
    export: bool = False


class FieldAccess(msgspec.Struct, frozen=True):
    """How a profile treats one field: hidden, read or edit."""

    entity: str
    field: str
    access: str = "edit"


class Profile(msgspec.Struct, frozen=True):
    """A named set of permissions."""

    name: str
    permissions: tuple[Permission, ...] = ()
    fields: tuple[FieldAccess, ...] = ()
    hidden_modules: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True):
    """People, roles and other groups under one name."""

    name: str
    share_key: int
    person_ids: tuple[UUID, ...] = ()
    role_ids: tuple[UUID, ...] = ()
    role_and_below_ids: tuple[UUID, ...] = ()
    group_ids: tuple[UUID, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """Rows owned by the source are open to the target."""

    entity: str
    source_kind: str
    source_id: UUID
    target_kind: str
    target_id: UUID
    level: str = "read"


class Default(msgspec.Struct, frozen=True):
    """How open an entity is to the whole organisation: private, read or edit."""

    entity: str
    level: str


class ChoiceValue(msgspec.Struct, frozen=True):
    """One value among which people choose; a retired one stays where it is and is not offered anew."""

    value: str
    caption: str
    retired: bool = False


class ChoiceList(msgspec.Struct, frozen=True):
    """The values among which people choose in a field, in their order, e.g. `parties.account.industry`."""

    name: str
    values: tuple[ChoiceValue, ...] = ()


class TagCategory(msgspec.Struct, frozen=True):
    """What tags have in common; where it names entities, its tags are for those alone."""

    name: str
    position: int = 0
    tone: str = ""
    entities: tuple[str, ...] = ()


class Tag(msgspec.Struct, frozen=True):
    """A label of records; one that became another leads to it for good."""

    value: str
    name: str
    category_id: UUID | None = None
    tone: str = ""
    retired: bool = False
    into_id: UUID | None = None


class DuplicateRule(msgspec.Struct, frozen=True):
    """What makes two records of an entity suspicious of being the same; `refuses` keeps a second one out."""

    entity: str
    name: str
    fields: tuple[str, ...]
    weight: int = 50
    refuses: bool = False
    id: str = ""
    version: int = 0


KINDS: dict[str, type[msgspec.Struct]] = {
    "person": Person,
    "role": Role,
    "profile": Profile,
    "group": Group,
    "rule": Rule,
    "default": Default,
    "choice": ChoiceList,
    "custom_field": CustomField,
    "tag_category": TagCategory,
    "tag": Tag,
    "duplicate_rule": DuplicateRule,
}
