"""The fields that administrators have added to one entity, made of what the policy says of them.

Their values stand in the jsonb column `custom`, each as JSON has it: whole numbers and truths as such,
all else as the text of its kind. SQL reads them by functions that find nothing where a value is of
another kind, since one that was stored before its field was defined may say anything.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from kit.custom_fields.definition import CustomField
from kit.entity.fields import Field, said
from kit.entity.kinds import (
    Boolean,
    Choice,
    Day,
    Decimals,
    Email,
    Instant,
    Integer,
    Kind,
    LongText,
    Percent,
    Phone,
    Reference,
    Url,
    Year,
)
from kit.entity.kinds import Text as TextKind
from kit.entity.kinds.custom import CUSTOM_VALUE
from kit.entity.record import Record
from kit.query.sql import TYPES

PREFIX = "custom."
"""Under this and its key a field is named wherever fields are: `custom.segment`."""

EVERYTHING = ("*",)
"""The veil of whoever sees no custom field at all."""

KINDS: Mapping[str, Callable[[CustomField], Kind]] = {
    "text": lambda _: TextKind(),
    "long_text": lambda _: LongText(CUSTOM_VALUE),
    "email": lambda _: Email(),
    "phone": lambda _: Phone(),
    "url": lambda _: Url(),
    "integer": lambda _: Integer(),
    "year": lambda _: Year(),
    "decimal": lambda _: Decimals(),
    "percent": lambda _: Percent(),
    "boolean": lambda _: Boolean(),
    "date": lambda _: Day(),
    "instant": lambda _: Instant(),
    "choice": lambda defined: Choice(list_of(defined)),
    "reference": lambda defined: Reference(defined.target),
}
"""The kinds that such a field may have, by the names by which they are described."""

_KEY = re.compile("[a-z][a-z0-9_]{0,59}")
_READ = {
    Boolean: "custom_truth",
    Integer: "custom_number",
    Decimals: "custom_number",
    Day: "custom_day",
    Instant: "custom_moment",
    Reference: "custom_id",
}


class CustomFields:
    """The fields of one entity by name, without those that were deleted."""

    def __init__(self, record: type[Record], defined: tuple[CustomField, ...]) -> None:
        standing = sorted((each for each in defined if not each.gone), key=_place)
        self.fields: Mapping[str, Field] = {
            f"{PREFIX}{each.key}": _field(record, each) for each in standing
        }
        self.defined: Mapping[str, CustomField] = {f"{PREFIX}{each.key}": each for each in standing}
        self.initial: Mapping[str, Any] = {
            name.removeprefix(PREFIX): value
            for name, known in self.fields.items()
            if (value := _initial(known)) is not None
        }
        """What a new record says where nobody does, by key."""


@cache
def custom_fields(record: type[Record], defined: tuple[CustomField, ...]) -> CustomFields:
    """What definitions make of an entity; the same definitions make the same."""
    return CustomFields(record, defined)


def list_of(defined: CustomField) -> str:
    """The value list from which a field chooses: one that others share, or its own."""
    return defined.list_name or f"{PREFIX}{defined.entity}.{defined.key}"


def labels_of(defined: CustomField) -> Mapping[str, str]:
    """What a field is called, by language; where a language has no word for it, the label stands."""
    return {"ro": defined.label_ro} if defined.label_ro else {}


def as_text(value: Any) -> str:
    """A stored value as the contract's map of texts has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _place(defined: CustomField) -> tuple[int, str]:
    return defined.place, defined.key


def _field(record: type[Record], defined: CustomField) -> Field:
    kind = KINDS[defined.kind](defined)
    what = said(
        kind,
        defined.label,
        help=defined.help,
        section=defined.section or "Details",
        initial=defined.initial or None,
        searched=defined.searched and isinstance(kind, TextKind),
        listed=defined.listed,
        required=defined.required,
    )
    truth = isinstance(kind, Boolean)
    return Field(f"{PREFIX}{defined.key}", what, _column(record, defined.key, kind), not truth)


def _column(record: type[Record], key: str, kind: Kind) -> ColumnElement[Any]:
    """The value as SQL compares it; a missing yes or no is no.

    The key is a word that was checked, and stands there as such: an index has the same expression.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a custom field.")
    held = type_coerce(record.__table__.c.custom, JSONB)
    text = held.op("->>", return_type=Text())(literal_column(f"'{key}'"))
    read = next((name for family, name in _READ.items() if isinstance(kind, family)), "")
    if not read:
        return text
    value = getattr(func, read)(text, type_=TYPES[kind.comparison])
    return func.coalesce(value, literal_column("false")) if isinstance(kind, Boolean) else value


def _initial(known: Field) -> Any:
    kind, told = known.said.kind, known.said.initial
    if told is None:
        return False if isinstance(kind, Boolean) else None
    return kind.show(kind.parse(told))
