"""`Record`: what every entity is, and the four hooks by which it differs from the others."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Index,
    Table,
    Uuid,
    bindparam,
    cast,
    func,
    text,
)
from sqlalchemy import Integer as IntegerType
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.database.tables import DECLARED_IN
from kit.database.tables import metadata as one_metadata
from kit.entity.fields import Field, Said, empty, field, said
from kit.entity.kinds import PERSON, ActorName, Instant, Integer, LongText, Reference, Tags, Text
from kit.entity.levels import Audience, Governs
from kit.entity.parts import Parts
from kit.entity.presentation import Presentation
from kit.entity.tracking import FORMER
from kit.ids import uuid7
from kit.text.folding import folded, words

if TYPE_CHECKING:
    from kit.actor import Actor


class Before(SimpleNamespace):
    """A record as it was: every field by name."""


class Record(DeclarativeBase):
    """A row that people own, share, filter, follow and import."""

    __abstract__ = True
    metadata = one_metadata

    entity: ClassVar[str]
    label: ClassVar[str] = ""
    plural: ClassVar[str]
    title: ClassVar[str] = "name"
    # How open it is where no administrator says otherwise: private, read, edit, full, or parent.
    default_access: ClassVar[str] = "edit"
    # What configures the organisation, or who may do what in it, no `*` of a profile lets change.
    governed_by: ClassVar[str] = Governs.RECORDS
    # The references to what it hangs on; the first that is filled counts, and it is as open as that.
    hangs_on: ClassVar[tuple[str, ...]] = ()
    # The entities of the records that it may hang on; the first counts for one that hangs on none.
    parents: ClassVar[tuple[str, ...]] = ()
    # The references by which `touches:` in a filter finds it, also for what hangs on who is asked for.
    touches: ClassVar[tuple[str, ...]] = ()
    # The references by which a record, or the work on it, is given to people, who are told of it; by
    # them somebody has it, and they change when what a person has is handed over.
    assigned_by: ClassVar[tuple[str, ...]] = ("owner_id",)
    confidential: ClassVar[bool] = False
    # Whether its lines tell what happened to another record, whose own events say it.
    a_log: ClassVar[bool] = False
    # The references with whose records the lines of a log are erased, since they tell what those were.
    erased_with: ClassVar[tuple[str, ...]] = ()
    # A new row that excludes another gives way: two that wait for each other would be a deadlock.
    gives_way: ClassVar[bool] = False
    presentation: ClassVar[Presentation] = Presentation()
    # Whether files make such records; what comes about by what people do, as a message, is not.
    importable: ClassVar[bool] = True
    # What other systems call in their exports what fields hold: by system, from heading to path.
    headings: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # What the words of standard files mean in fields: by field, from their word to ours.
    words_of_files: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # The fields that say when a record ended. A file has to give them: today would be a guess.
    endings: ClassVar[Sequence[str]] = ()
    # The moment from which a record is over by itself, as that until which something is booked.
    over_from: ClassVar[str] = ""
    # Why deleting such a record is for good, in a sentence; empty where it goes to the bin.
    no_bin: ClassVar[str] = ""
    fields: ClassVar[Mapping[str, Field]]
    initial: ClassVar[Mapping[str, Any]]

    id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, info={"said": said(Reference(), "Id", section="", own=False)}
    )
    version: Mapped[int] = field(Integer(), "Version", own=False, section="")
    owner_id: Mapped[UUID | None] = field(Reference(PERSON), "Owner", section="")
    created_at: Mapped[datetime] = field(Instant(), "Created", own=False, section="")
    updated_at: Mapped[datetime] = field(Instant(), "Updated", own=False, section="")
    created_by: Mapped[str] = field(ActorName(), "Created by", own=False, section="")
    updated_by: Mapped[str] = field(ActorName(), "Updated by", own=False, section="")
    keys: Mapped[list[int]] = mapped_column(ARRAY(IntegerType))
    wkeys: Mapped[list[int]] = mapped_column(ARRAY(IntegerType))
    full_keys: Mapped[list[int]] = mapped_column(ARRAY(IntegerType))
    inherited: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    custom: Mapped[dict[str, str]] = mapped_column(JSONB)
    binned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    binned_by: Mapped[str | None] = mapped_column(TextType())
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    merged_into: Mapped[UUID | None] = mapped_column(Uuid())
    # What has become of it where it stands for nothing any more, since others were made of it: `converted`.
    gone_as: Mapped[str | None] = mapped_column(TextType())

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__:
            _complete(cls)

    def __init__(self, **given: Any) -> None:
        held = vars(self)
        held["id"], held["custom"] = uuid7(), {}
        for name, value in self.initial.items():
            held[name] = list(value) if isinstance(value, list) else value
        for name, value in given.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        """Notes what a row of the database said, past SQLAlchemy's attributes; see `tracking`."""
        held = vars(self)
        if (former := held.get(FORMER)) is not None and name not in former:
            former[name] = held.get(name)
        held[name] = value

    def prepare(self, actor: "Actor") -> None:
        """Fills what follows from the rest, before `check`."""

    def check(self) -> None:
        """Raises Invalid when the record as a whole makes no sense."""

    def changed(self, before: Before | None) -> None:
        """Announces what a change means for the business; `before` is None for a new record."""

    def removing(self) -> None:
        """Raises Refused when the record may not go."""

    def take_in(self, other: Self) -> None:
        """Takes on what one that becomes part of it says where people do not set fields themselves."""

    def audience(self) -> Iterable[Audience]:
        """Whom the record lets in by what it says, beyond owner, rules and shares."""
        return ()

    @property
    def kept_private(self) -> bool:
        """Whether it is open to nobody but its owner and those it is shared with; see `MayBePrivate`."""
        return bool(vars(self).get("private"))

    @property
    def parent(self) -> tuple[str, UUID] | None:
        """The record that it hangs on: its entity and its id."""
        for name in self.hangs_on:
            if (known := getattr(self, name)) is not None:
                return self.target_of(name), known
        return None

    def target_of(self, name: str) -> str:
        """The entity to which a reference leads; where it may be one of several, the record says it."""
        kind: Any = self.fields[name].said.kind
        if not getattr(kind, "named_by", ""):
            return str(getattr(kind, "target", ""))
        said = getattr(self, kind.named_by)
        return str(said) if said in kind.among else ""

    def announce(self, event: Any) -> None:
        """Puts an event aside; it leaves with the transaction, or not at all."""
        self.__dict__.setdefault("_announced", []).append(event)

    def announced(self) -> list[Any]:
        """Takes the events put aside."""
        events: list[Any] = self.__dict__.pop("_announced", [])
        return events


def is_imported(record: type[Record]) -> bool:
    """Whether files make records of this kind."""
    return record.importable and not record.a_log


STAMPS = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by"})


# A pending list would be read by every query until the next vacuum; writers pay a tenth instead.
AT_ONCE = {"fastupdate": "off"}


def _complete(cls: type[Record]) -> None:
    """Adds to a declared entity what every entity has: its fields by name, indexes, word search."""
    table = cls.__table__
    assert isinstance(table, Table)  # noqa: S101 - an entity is one table
    table.info[DECLARED_IN] = cls.__module__
    cls.fields = {
        name: Field(name, column.info["said"], getattr(cls, name), bool(column.nullable))
        for name, column in table.columns.items()
        if "said" in column.info
    } | {
        name: Field(name, said, said.kind.of(table), nullable=False)
        for name, said in vars(cls).items()
        if isinstance(said, Said) and isinstance(said.kind, Parts)
    }
    cls.initial = {
        name: _initial(known.said) for name, known in cls.fields.items() if name not in STAMPS
    }
    cls.label = (
        cls.__dict__.get("label") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).capitalize()
    )
    _index(cls, table)


NEVER_OPEN = "not private or 1073741824 <= all (keys || wkeys || full_keys) and 2 = any (inherited)"
"""A private record carries no key that opens others, whoever writes it; see kit/access/inheritance.py."""


def _index(cls: type[Record], table: Table) -> None:
    """The indexes by which every entity is listed, reached, searched, sorted and found."""
    newest, standing = (table.c.updated_at.desc(), table.c.id.desc()), table.c.binned_at.is_(None)
    Index(f"ix_{table.name}_recent", *newest, postgresql_where=standing)
    Index(f"ix_{table.name}_owner", table.c.owner_id, *newest, postgresql_where=standing)
    binned = table.c.binned_at.is_not(None) & table.c.erased_at.is_(None)
    Index(f"ix_{table.name}_bin", table.c.binned_at, table.c.id, postgresql_where=binned)
    merged = table.c.merged_into.is_not(None)
    Index(f"ix_{table.name}_merged", table.c.merged_into, postgresql_where=merged)
    Index(f"ix_{table.name}_keys", table.c["keys"], postgresql_using="gin", postgresql_with=AT_ONCE)
    if "private" in cls.fields:
        table.append_constraint(CheckConstraint(text(NEVER_OPEN), f"ck_{table.name}_private"))
    if cls.hangs_on:
        cls.parents = _parents(cls)
        Index(
            f"ix_{table.name}_inherited",
            table.c.inherited,
            postgresql_using="gin",
            postgresql_with=AT_ONCE,
        )
    if searched := [column for column in table.columns if _searched(column)]:
        Index(
            f"ix_{table.name}_words",
            words_in(searched),
            postgresql_using="gin",
            postgresql_with=AT_ONCE,
        )
    if cls.title in cls.fields and _sorted_by_name(cls):
        Index(f"ix_{table.name}_title", folded(table.c[cls.title]), table.c.id)
    for column in table.columns:
        if "said" in column.info and isinstance(column.info["said"].kind, Tags):
            name = f"ix_{table.name}_{column.name}"
            Index(name, column, postgresql_using="gin", postgresql_with=AT_ONCE)
        if way := column.info.get("indexed"):
            Index(f"{way}_{table.name}_{column.name}", folded(column), unique=way == "uq")


def _sorted_by_name(cls: type[Record]) -> bool:
    """Whether people list the entity by its title: it is a line of text, and no log's."""
    kind = cls.fields[cls.title].said.kind
    return isinstance(kind, Text) and not isinstance(kind, LongText) and not cls.a_log


def _parents(cls: type[Record]) -> tuple[str, ...]:
    """The last of the references is the one that every record could have; its entity comes first."""
    kinds = [cls.fields[name].said.kind for name in reversed(cls.hangs_on)]
    found = (each for kind in kinds for each in getattr(kind, "among", ()) or (kind.target,))  # type: ignore[attr-defined]  # only references are asked
    return tuple(dict.fromkeys(found))


def _initial(said: Said) -> Any:
    """What a new record holds in a field when nobody says otherwise; of a list each has its own."""
    value = empty(said.kind) if said.initial is None else said.initial
    return list(value) if isinstance(value, tuple) else value


def _searched(column: Column[Any]) -> bool:
    return "said" in column.info and bool(column.info["said"].searched)


def words_in(columns: Iterable[ColumnElement[Any]]) -> Any:
    """The words of columns, split at all that is no letter or digit: any part of an address is found."""
    texts: Iterable[Any] = (func.coalesce(column, text("''")) for column in columns)
    joined = reduce(lambda before, after: before.op("||")(text("' '")).op("||")(after), texts)
    return func.folded_words(func.folded(joined))


def words_query() -> Any:
    """Rows in which every word of the parameter `words` begins some word."""
    return cast(bindparam("words", type_=TextType()), TSQUERY)


def words_of(search: str) -> str:
    """The words of a search, as PostgreSQL takes them."""
    return " & ".join(f"'{word}':*" for word in words(search))
