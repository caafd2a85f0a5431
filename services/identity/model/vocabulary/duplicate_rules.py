"""By what two records are taken for the same: rules that administrators word for any entity."""

import re
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped

from kit.access import entries
from kit.beside.duplicates.taking import has_duplicates
from kit.entity import (
    Boolean,
    EntityName,
    Governs,
    Instant,
    Integer,
    LongText,
    Picklist,
    Presentation,
    Record,
    Text,
    Words,
    field,
)
from kit.errors import Invalid
from kit.wire.bounds import is_map
from kit.wire.contract import facts_of
from kit.wire.options import Secret, kind_of

_MOST_FIELDS = 6
_CUSTOM = re.compile(r"custom\.[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NO_FIELDS = frozenset(
    {"id", "version", "created_by", "updated_by", "created_at", "updated_at", "custom", "json"}
)


class Action(StrEnum):
    """What a rule does with a record that may be there already."""

    WARN = "warn"
    REFUSE = "refuse"


class DuplicateRule(Record):
    """What makes two records of an entity suspicious of being the same."""

    __tablename__ = "duplicate_rule"
    entity = "identity.DuplicateRule"
    plural = "Duplicate rules"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    importable = False
    presentation = Presentation(
        icon="arrows-right-left",
        area="administration",
        rank=179,
        owned=False,
        order_by="entity_name, name",
        tones={"action": {"warn": "amber", "refuse": "red"}},
    )

    name: Mapped[str] = field(
        Text(80), "Name", searched=True, listed=True,
        help="What people read where it matches, e.g. Same tax id.",
    )  # fmt: skip
    entity_name: Mapped[str] = field(
        EntityName(), "Entity", searched=True, listed=True, editable=False, creatable=True,
        help="Whose records it compares, e.g. parties.Account; it never changes.",
    )  # fmt: skip
    field_names: Mapped[list[str]] = field(
        Words(most=_MOST_FIELDS),
        "Fields",
        listed=True,
        help="What has to agree, all of it: names like tax_id, addresses.city or custom.segment. Of"
        " e-mail addresses, and of telephone numbers, any may agree with any.",
    )
    weight: Mapped[int] = field(
        Integer(low=0, high=100),
        "Weight",
        initial=50,
        listed=True,
        help="How likely two records are the same, of 100; the weights of several rules add up.",
    )
    action: Mapped[str] = field(
        Picklist(Action),
        "Action",
        initial=Action.WARN,
        listed=True,
        help="Warn whoever types, or refuse until it is said that another record is meant.",
    )
    active: Mapped[bool] = field(Boolean(), "Active", initial=True, listed=True)

    def check(self) -> None:
        facts = facts_of(self.entity_name)
        if facts is None or not has_duplicates(facts.message):
            told = "People fill no such records; name an entity like parties.Account."
            raise Invalid(entity_name=told)
        if not self.field_names:
            raise Invalid(field_names="Name at least one field that has to agree.")
        for name in self.field_names:
            if not _tells(facts.message, name):
                told = f"{name!r} is no field that can be compared; name one like tax_id."
                raise Invalid(field_names=told)

    def defined(self) -> entries.DuplicateRule:
        """The rule as every service knows it."""
        return entries.DuplicateRule(
            entity=self.entity_name,
            name=self.name,
            fields=tuple(self.field_names),
            weight=self.weight,
            refuses=self.action == Action.REFUSE,
            id=str(self.id),
            version=self.version,
        )

    @property
    def in_force(self) -> bool:
        return self.active and self.binned_at is None


def _tells(message: Any, name: str) -> bool:
    """Whether a field of the contract, or of a part, can be compared; a custom one is only known by name."""
    if _CUSTOM.fullmatch(name):
        return True
    head, _, column = name.partition(".")
    known = message.fields_by_name.get(head)
    if known is None or head in _NO_FIELDS:
        return False
    if known.message_type is not None:
        return not is_map(known) and bool(column) and _tells(known.message_type, column)
    return not column and not isinstance(kind_of(known), LongText | Secret | Instant)
