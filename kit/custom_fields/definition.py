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

    @property
    def keys(self) -> tuple[str, ...]:
        """The words under which records have its values: an amount has its currency beside it."""
        return (self.key, currency_of(self.key)) if self.kind == MONEY else (self.key,)


MONEY = "money"


def currency_of(key: str) -> str:
    """Under which key the currency of an amount stands."""
    return f"{key}_currency"
