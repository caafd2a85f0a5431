"""The fields that administrators have added to one entity, made of what the policy says of them.

Their values stand in the jsonb column `custom`, each as JSON has it: whole numbers, truths and lists of
texts as such, all else as the text of its kind. An amount has its currency beside it, in a field of its
own that goes with it. SQL reads them by functions that find nothing where a value is of
another kind, since one that was stored before its field was defined may say anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, func, literal_column, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from kit.custom_fields.definition import MONEY, CustomField, currency_of
from kit.entity.amounts import too_fine
from kit.entity.currencies import CURRENCIES
from kit.entity.fields import Field, Said, said
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
    Money,
    Percent,
    Phone,
    Picklist,
    Reference,
    References,
    Url,
    Words,
    Year,
)
from kit.entity.kinds import Text as TextKind
from kit.entity.kinds.custom import CUSTOM_VALUE
from kit.entity.record import Record
from kit.query.sql import TYPES
from kit.text.lists import joined, parted

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
    MONEY: lambda defined: Money(currency=f"{PREFIX}{currency_of(defined.key)}"),
    "percent": lambda _: Percent(),
    "boolean": lambda _: Boolean(),
    "date": lambda _: Day(),
    "instant": lambda _: Instant(),
    "choice": lambda defined: Choice(list_of(defined)),
    "words": lambda _: Words(most=_MOST),
    "reference": lambda defined: Reference(defined.target),
}
"""The kinds that such a field may have, by the names by which they are described."""

_MOST = 50
"""Entries of a list."""

_KEY = re.compile("[a-z][a-z0-9_]{0,59}")
_AMOUNT = re.compile(r"(?:(\S+) )?([A-Z]{3})")
_READ = {
    Boolean: "custom_truth",
    Integer: "custom_number",
    Decimals: "custom_number",
    Day: "custom_day",
    Instant: "custom_moment",
    Reference: "custom_id",
}
_CURRENCY = {"en": "{}: currency", "ro": "{}: moneda"}
"""What the currency of an amount is called, by what the amount is called."""
_NO_LIST = 'Write a list of texts like ["one", "two"], or with commas between them.'
_READ_LISTS = {Words: "custom_words", References: "custom_ids"}


class CustomFields:
    """The fields of one entity by name, without those that were deleted."""

    def __init__(self, record: type[Record], defined: tuple[CustomField, ...]) -> None:
        # A kind that a later release knows is left to it.
        known = (each for each in defined if each.kind in KINDS and not each.gone)
        standing = sorted(known, key=_place)
        made = [(each, field) for each in standing for field in _fields(record, each)]
        self.fields: Mapping[str, Field] = {field.name: field for _, field in made}
        self.defined: Mapping[str, CustomField] = {field.name: each for each, field in made}
        """What each of them comes from; an amount and its currency from the same."""
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


def names_of(defined: CustomField) -> tuple[str, ...]:
    """The names of the fields that one definition makes."""
    return tuple(f"{PREFIX}{key}" for key in defined.keys)


def list_of(defined: CustomField) -> str:
    """The value list from which a field chooses: one that others share, or its own."""
    return defined.list_name or f"{PREFIX}{defined.entity}.{defined.key}"


def labels_of(known: Field, defined: CustomField) -> Mapping[str, str]:
    """What a field is called, by language; where a language has no word for it, the label stands."""
    word = _CURRENCY["ro"] if known.said.part_of else "{}"
    return {"ro": word.format(defined.label_ro)} if defined.label_ro else {}


def as_text(value: Any) -> str:
    """A stored value as the contract's map of texts has it; a list as the text of its JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return value if isinstance(value, str) else str(value)


def parsed(kind: Kind, text: str) -> Any:
    """The value of a text, None where it says nothing; ValueError with a sentence for its writer.

    A list is written as JSON, or with commas between its entries.
    """
    value = kind.parse(_entries(text) if isinstance(kind, Words | References) else text)
    return None if value == [] else value


def of_texts(fields: Mapping[str, Field], texts: Mapping[str, str]) -> dict[str, Any]:
    """Values as they were stored, of their texts; what no field reads stays text."""
    return {key: _of_text(fields.get(f"{PREFIX}{key}"), text) for key, text in texts.items()}


def _of_text(known: Field | None, text: str) -> Any:
    if known is None:
        return text
    try:
        return stored_form(known.said.kind, parsed(known.said.kind, text))
    except ValueError:
        return text


def stored_form(kind: Kind, value: Any) -> Any:
    """A value as JSON has it."""
    return None if value is None else kind.show(value)


def _entries(text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        return parted(text)
    try:
        entries = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise ValueError(_NO_LIST) from wrong
    if not all(isinstance(each, str) for each in entries):
        raise ValueError(_NO_LIST)
    return list(entries)


def _place(defined: CustomField) -> tuple[int, str]:
    return defined.place, defined.key


def _fields(record: type[Record], defined: CustomField) -> Iterator[Field]:
    """The field of a definition; of an amount also its currency, which goes where the amount goes."""
    kind, section = KINDS[defined.kind](defined), defined.section or "Details"
    initial, currency = initial_of(defined)
    what = said(
        kind,
        defined.label,
        help=defined.help,
        section=section,
        initial=_words_of(kind, initial) or None,
        searched=defined.searched and isinstance(kind, TextKind),
        listed=defined.listed,
        required=defined.required,
    )
    yield _field(record, defined.key, what)
    if isinstance(kind, Money):
        label, whole = _CURRENCY["en"].format(defined.label), f"{PREFIX}{defined.key}"
        codes = Picklist(CURRENCIES)
        beside = said(codes, label, section=section, initial=currency or None, part_of=whole)
        yield _field(record, currency_of(defined.key), beside)


def _words_of(kind: Kind, initial: str) -> str:
    """A default as forms show it: a list with commas, however it was written."""
    return joined(parsed(kind, initial) or ()) if isinstance(kind, Words | References) else initial


def _field(record: type[Record], key: str, what: Said) -> Field:
    truth = isinstance(what.kind, Boolean)
    return Field(f"{PREFIX}{key}", what, _column(record, key, what.kind), not truth)


def initial_of(defined: CustomField) -> tuple[str, str]:
    """The default; of money the amount and the currency, as in `120 EUR` or `EUR` alone."""
    if defined.kind != MONEY or not defined.initial:
        return defined.initial, ""
    parts = _AMOUNT.fullmatch(defined.initial)
    if parts is None:
        raise ValueError("Write an amount and its currency like 120.50 EUR, or the currency alone.")
    return parts[1] or "", parts[2]


def check_initial(defined: CustomField) -> None:
    """ValueError, with a sentence for whoever defines the field, where its default does not fit."""
    kind, (initial, code) = KINDS[defined.kind](defined), initial_of(defined)
    value = parsed(kind, initial)
    if not code:
        return
    Picklist(CURRENCIES).parse(code)
    if value is not None and (told := too_fine(value, code)):
        raise ValueError(told)


def _column(record: type[Record], key: str, kind: Kind) -> ColumnElement[Any]:
    """The value as SQL compares it; a missing yes or no is no.

    The key is a word that was checked, and stands there as such: an index has the same expression.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a custom field.")
    held = type_coerce(record.__table__.c.custom, JSONB)
    word: ColumnElement[Any] = literal_column(f"'{key}'")
    if read := _reader(_READ_LISTS, kind):
        entries = held.op("->", return_type=JSONB())(word)
        found: ColumnElement[Any] = getattr(func, read)(entries, type_=TYPES[kind.comparison])
        return found
    text = held.op("->>", return_type=Text())(word)
    if not (read := _reader(_READ, kind)):
        return text
    value = getattr(func, read)(text, type_=TYPES[kind.comparison])
    return func.coalesce(value, literal_column("false")) if isinstance(kind, Boolean) else value


def _reader(known: Mapping[type[Kind], str], kind: Kind) -> str:
    return next((name for family, name in known.items() if isinstance(kind, family)), "")


def _initial(known: Field) -> Any:
    kind, told = known.said.kind, known.said.initial
    if told is None:
        return False if isinstance(kind, Boolean) else None
    return stored_form(kind, parsed(kind, told))
