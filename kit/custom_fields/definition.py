"""A custom field as identity publishes it with the policy (proto/crm/identity/v1/policy.proto)."""

import msgspec


class OwnValue(msgspec.Struct, frozen=True):
    """One value of a choice that shares its list with no other field."""

    value: str
    caption: str
    retired: bool = False


class CustomField(msgspec.Struct, frozen=True):
    """A field that administrators add to an entity; one that is `gone` keeps its values out of sight."""

    entity: str
    key: str
    kind: str
    label: str = ""
    label_ro: str = ""
    help: str = ""
    section: str = ""
    place: int = 0
    required: bool = False
    unique: bool = False
    initial: str = ""
    searched: bool = False
    listed: bool = False
    list_name: str = ""
    values: tuple[OwnValue, ...] = ()
    target: str = ""
    gone: bool = False
