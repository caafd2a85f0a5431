"""What a field looks like to the query language: nothing of entities is known here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from kit.query.errors import shown


class Kind(Enum):
    """The kinds of values that a field may hold."""

    TEXT = auto()
    INTEGER = auto()
    DECIMAL = auto()
    BOOLEAN = auto()
    DATE = auto()
    INSTANT = auto()
    UUID = auto()
    PICKLIST = auto()
    TEXTS = auto()
    UUIDS = auto()
    CUSTOM = auto()


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a field of the record that a reference leads to, or of the `many` parts of a record.

    `column` is the field where it stands; `leads` says of a condition on it that it holds of the record
    referred to. The field's own `column` is its value as seen from here.
    """

    column: ColumnElement[Any]
    leads: Callable[[ColumnElement[bool]], ColumnElement[bool]]
    many: bool = False


class Queryable(Protocol):
    """One field as the language sees it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def column(self) -> ColumnElement[Any]: ...
    @property
    def choices(self) -> Sequence[str]: ...
    @property
    def nullable(self) -> bool: ...
    @property
    def holds(self) -> Callable[[Any], ColumnElement[bool]] | None: ...
    @property
    def means(self) -> Callable[[str], str] | None: ...
    @property
    def path(self) -> Path | None: ...


WANTED = {
    Kind.TEXT: "text",
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date such as 2026-01-31 or today(-30)",
    Kind.INSTANT: "a date such as 2026-01-31, or an instant such as 2026-01-31T09:30:00Z",
    Kind.UUID: "an id",
    Kind.PICKLIST: "one of its choices",
    Kind.TEXTS: "text",
    Kind.UUIDS: "an id",
    Kind.CUSTOM: "text",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a filter or an order names.

    One key of the custom fields is a target too, and so is a field of a record referred to.
    """

    name: str
    kind: Kind
    column: ColumnElement[Any]
    choices: Sequence[str]
    nullable: bool
    holds: Callable[[Any], ColumnElement[bool]] | None = None
    path: Path | None = None
    means: Callable[[str], str] | None = None


def find(name: str, fields: Mapping[str, Queryable]) -> Target:
    """The field of that name; LookupError, whose text is for the user, when there is none."""
    if field := fields.get(name):
        if field.kind is Kind.CUSTOM:
            raise LookupError(f"“{name}” holds many fields; name one of them, as in {name}.region")
        nullable, holds, path, means = field.nullable, field.holds, field.path, field.means
        return Target(name, field.kind, field.column, field.choices, nullable, holds, path, means)
    head, _, key = name.partition(".")
    holder = fields.get(head)
    if holder is None or holder.kind is not Kind.CUSTOM or not key:
        raise LookupError(unknown(name, fields))
    column = type_coerce(holder.column, JSONB)[key].astext
    return Target(name, Kind.TEXT, column, (), nullable=True)


def value_of(name: str, values: Mapping[str, object]) -> object:
    """The value of a field in a record held in memory."""
    if name in values:
        return values[name]
    head, _, key = name.partition(".")
    holder = values.get(head)
    return holder.get(key) if isinstance(holder, Mapping) else None


def unknown(name: str, fields: Mapping[str, Queryable]) -> str:
    """That there is no such field, and what to write instead."""
    found = process.extractOne(name.lower(), list(fields), scorer=fuzz.ratio, score_cutoff=60)
    cure = f"perhaps you mean “{found[0]}”" if found else "check its name, or put quotes round text"
    return f"There is no field {shown(name)}; {cure}"
