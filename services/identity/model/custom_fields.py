"""The fields that administrators add to records: what each is called, holds, and asks of people."""

import dataclasses
import re
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.custom_fields import definition
from kit.custom_fields.fields import KINDS, check_initial
from kit.entity import (
    Boolean,
    EntityName,
    Governs,
    Integer,
    LongText,
    Picklist,
    Presentation,
    Record,
    Row,
    Rows,
    Text,
    field,
    row_field,
)
from kit.entity.tracking import was
from kit.errors import Invalid
from kit.text.english import spoken
from kit.text.folding import fold
from kit.wire.contract import facts_of

_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_KINDS = [name for name in KINDS if name != "reference"]
_NEVER_UNIQUE = ("boolean", "long_text", "choice", "money", "words")
_SEARCHED = ("text", "long_text", "email", "phone", "url")


class IndexState(StrEnum):
    """How far the index over a field is."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


class CustomFieldValue(Row):
    """One value of a choice."""

    caption: str = row_field(Text(80), "Shown as", initial="")
    value: str = row_field(
        Text(60), "Stored as", initial="", help="Made of what is shown where it is left empty."
    )
    retired: bool = row_field(Boolean(), "Retired", initial=False)

    def completed(self) -> "CustomFieldValue":
        """Either of its two names follows from the other."""
        value = self.value or "_".join(re.findall("[a-z0-9]+", fold(self.caption)))[:60].strip("_")
        return dataclasses.replace(self, value=value, caption=self.caption or spoken(value))


class CustomField(Record):
    """A field that an administrator has added to the records of an entity."""

    __tablename__ = "custom_field"
    entity = "identity.CustomField"
    plural = "Custom fields"
    title = "caption"
    default_access = "read"
    governed_by = Governs.CONFIGURATION
    importable = False
    presentation = Presentation(
        icon="adjustments-horizontal",
        area="administration",
        rank=175,
        owned=False,
        order_by="entity_name, place, caption",
        tones={"index_state": {"ready": "green", "building": "amber", "failed": "red"}},
    )

    caption: Mapped[str] = field(Text(80), "Label", searched=True, listed=True)
    entity_name: Mapped[str] = field(
        EntityName(), "Entity", searched=True, listed=True, editable=False, creatable=True,
        help="To whose records it is added, e.g. parties.Account; it never changes.",
    )  # fmt: skip
    key: Mapped[str] = field(
        Text(40), "Key", searched=True, listed=True, editable=False, creatable=True,
        help="The word by which filters and files name it, like segment; it never changes.",
    )  # fmt: skip
    kind: Mapped[str] = field(
        Picklist(_KINDS), "Kind", listed=True, editable=False, creatable=True,
        help="It never changes, since records have values of it.",
    )  # fmt: skip
    values: Mapped[list[CustomFieldValue]] = field(
        Rows(CustomFieldValue, most=500),
        "Values",
        section="Values",
        help="Of a choice, in the order in which people choose.",
    )
    list_name: Mapped[str | None] = field(
        Text(120),
        "Value list",
        section="Values",
        help="Of a choice: a list that other fields share, like parties.account.industry.",
    )
    required: Mapped[bool] = field(Boolean(), "Required", initial=False, listed=True)
    is_unique: Mapped[bool] = field(
        Boolean(),
        "Unique",
        initial=False,
        help="No two records have the same value, from when its index is ready.",
    )
    index_state: Mapped[str | None] = field(
        Picklist(IndexState),
        "Index",
        figure=True,
        listed=True,
        help="By it lists filter fast. Building goes on in the background; failed: two records have"
        " the same value.",
    )
    default_value: Mapped[str | None] = field(
        Text(255),
        "Default",
        help="What a new record says where nobody says otherwise; of money like 120 EUR, or EUR alone.",
    )
    help: Mapped[str | None] = field(LongText(500), "Help", help="The words under the input.")
    caption_ro: Mapped[str | None] = field(Text(80), "Label in Romanian", section="Place and words")
    section: Mapped[str | None] = field(
        Text(80), "Section", section="Place and words", help="Details where it is left empty."
    )
    place: Mapped[int] = field(
        Integer(low=0, high=10_000),
        "Place",
        initial=100,
        section="Place and words",
        help="Among the custom fields, lowest first.",
    )
    searched: Mapped[bool] = field(
        Boolean(), "Found by search", initial=False, section="Place and words"
    )
    listed: Mapped[bool] = field(
        Boolean(), "Shown in lists at first", initial=False, section="Place and words"
    )

    __table_args__ = (
        Index(
            "uq_custom_field_key",
            "entity_name",
            "key",
            unique=True,
            postgresql_where=text("erased_at is null"),
        ),
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.values = [each.completed() for each in self.values]

    def check(self) -> None:
        wrong = dict(self._wrong())
        if wrong:
            raise Invalid("", wrong)

    def _wrong(self) -> Iterator[tuple[str, str]]:
        facts = facts_of(self.entity_name)
        if facts is None or "custom" not in facts.fields:
            yield "entity_name", "There is no such entity; name it like parties.Account."
        if not _KEY.fullmatch(self.key):
            yield "key", "Use lower-case letters, digits and underscores, like customer_segment."
        if self.searched and self.kind not in _SEARCHED:
            yield "searched", "Only text is searched for words; leave this out."
        if self.is_unique and self.kind in _NEVER_UNIQUE:
            yield "is_unique", "Values of this kind cannot be unique; leave this out."
        yield from self._wrong_values() if self.kind == "choice" else self._no_values()
        if told := self._wrong_default():
            yield "default_value", told

    def _no_values(self) -> Iterator[tuple[str, str]]:
        told = "Only a choice has these; leave them out."
        yield from ((name, told) for name in ("values", "list_name") if getattr(self, name))

    def _wrong_values(self) -> Iterator[tuple[str, str]]:
        if bool(self.values) == bool(self.list_name):
            yield "values", "Give a choice its own values, or name the value list that it shares."
        stored = [each.value for each in self.values]
        for number, value in enumerate(stored, start=1):
            if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
                told = "use lower-case letters, digits and underscores, like real_estate."
                yield "values", f"Line {number}: Stored as: {told}"
            elif stored.index(value) < number - 1:
                yield "values", f"Line {number}: Stored as: {value!r} stands in the list already."
        if gone := [each for each in was(self, "values") or () if each.value not in stored]:
            told = f"Records may have {gone[0].value!r} ({gone[0].caption}): retire it instead."
            yield "values", told

    def _wrong_default(self) -> str:
        if not self.default_value or self.kind not in KINDS:
            return ""
        try:
            check_initial(self.defined())
        except ValueError as wrong:
            return str(wrong)
        known = [each.value for each in self.values if not each.retired]
        if self.kind == "choice" and self.values and self.default_value not in known:
            return f"Choose one of: {', '.join(known)}."
        return ""

    def defined(self) -> definition.CustomField:
        """The field as every service knows it; one in the bin keeps its values out of sight."""
        return definition.CustomField(
            entity=self.entity_name,
            key=self.key,
            kind=self.kind,
            label=self.caption,
            label_ro=self.caption_ro or "",
            help=self.help or "",
            section=self.section or "",
            place=self.place,
            required=self.required,
            unique=self.is_unique,
            initial=self.default_value or "",
            searched=self.searched,
            listed=self.listed,
            list_name=self.list_name or "",
            values=tuple(
                definition.OwnValue(each.value, each.caption, each.retired) for each in self.values
            ),
            gone=self.binned_at is not None,
        )
