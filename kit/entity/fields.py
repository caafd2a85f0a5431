"""`field()`: one column of an entity with all that people, filters, history and forms need of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey
from sqlalchemy.orm import mapped_column

from kit.entity.kinds import Boolean, Kind, Number, Reference, References, Text, Words
from kit.entity.parts import Parts, key_of
from kit.entity.rows import Rows

if TYPE_CHECKING:
    from kit.query import Kind as Comparison
    from kit.query import Path


@dataclass(frozen=True)
class Said:
    """What a declaration says beyond the column itself."""

    kind: Kind
    label: str
    help: str
    section: str
    initial: Any
    searched: bool
    listed: bool
    tracked: bool
    editable: bool
    creatable: bool
    secured: bool
    required: bool | None
    part_of: str
    copy_of: tuple[str, ...]
    figure: bool
    preference: bool


@dataclass(frozen=True)
class Field:
    """One field of an entity, as everything outside its class sees it."""

    name: str
    said: Said
    column: ColumnElement[Any]
    nullable: bool
    # How a list is asked whether it holds a value, where its column alone cannot tell.
    holds: Callable[[Any], ColumnElement[bool]] | None = None
    # What is stored of what somebody names in a filter, where the two differ.
    means: Callable[[str], str] | None = None
    # Where it is a field of the record that one of its own refers to.
    path: "Path | None" = None

    @property
    def kind(self) -> "Comparison":
        return self.said.kind.comparison

    @property
    def choices(self) -> "tuple[str, ...]":
        return tuple(self.said.kind.options)

    @property
    def required(self) -> bool:
        """Whether a person has to fill it in."""
        if self.said.required is not None:
            return self.said.required
        return not self.nullable and not isinstance(
            self.said.kind, Boolean | Words | References | Rows
        )


def said(
    kind: Kind,
    label: str,
    *,
    help: str = "",  # noqa: A002 - the word that people see under an input
    section: str = "Details",
    initial: Any = None,
    searched: bool = False,
    listed: bool = False,
    tracked: bool = True,
    editable: bool = True,
    creatable: bool | None = None,
    secured: bool = False,
    required: bool | None = None,
    part_of: str = "",
    copy_of: str | tuple[str, ...] = (),
    own: bool = True,
    figure: bool = False,
    preference: bool = False,
) -> Said:
    """What a declaration says; `own=False` marks what the kit itself fills in.

    What another field repeats is `part_of` it: a profile limits the whole, and the part follows. What
    tells a field of another entity is a `copy_of` it, e.g. `parties.Lead.name`, and hidden from whoever
    may not see that; a copy of several goes with the first that goes, one of `parties.Lead.*` with any
    of its fields. A `figure` is kept by the service and moves by itself; nobody's change is stale
    because of it. A `preference` is of a person, who changes the own one without any right to edit
    people.
    """
    return Said(
        kind=kind,
        label=label,
        help=help,
        section=section,
        initial=initial,
        searched=searched,
        listed=listed,
        tracked=tracked and own,
        editable=editable and own and not figure,
        creatable=(editable if creatable is None else creatable) and own and not figure,
        secured=secured,
        required=required,
        part_of=part_of,
        copy_of=(copy_of,) if isinstance(copy_of, str) else copy_of,
        figure=figure,
        preference=preference,
    )


def field(
    kind: Kind, label: str, *, unique: bool = False, index: bool = False, **words: Any
) -> Any:
    """An ordinary mapped column that knows its label, kind and manners; `said` lists the words.

    Text is unique and found by its folded form, over which the entity makes the index. A number is
    unique, and nobody fills it in or changes it. Parts are no column of their whole's table.
    """
    if isinstance(kind, Parts):
        return said(kind, label, **words)
    if isinstance(kind, Number):
        unique, words = True, {**words, "editable": False, "required": False}
    here = (ForeignKey(key_of(kind.target)),) if isinstance(kind, Reference) and kind.here else ()
    info: dict[str, Any] = {"said": said(kind, label, **words)}
    if isinstance(kind, Text):
        info["indexed"] = "uq" if unique else "ix" if index else ""
        return mapped_column(kind.column(), *here, info=info)
    return mapped_column(kind.column(), *here, unique=unique, index=index, info=info)


def empty(kind: Kind) -> Any:
    """What a new record holds when nobody says otherwise."""
    if isinstance(kind, Words | References | Rows):
        return []
    return False if isinstance(kind, Boolean) else None
