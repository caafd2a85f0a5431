"""Kinds that name other records, and lists of words."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, Uuid
from sqlalchemy import Text as TextType
from sqlalchemy.types import TypeEngine

from kit.entity.kinds.kind import MOST, Kind, few_enough
from kit.entity.kinds.texts import Text
from kit.query import Kind as Comparison


@dataclass(frozen=True)
class Reference(Kind):
    """The id of another record; `here` when it lives in the same database.

    One that may lead to several kinds of record lists them in `among`, and the field `named_by` of the
    same record says to which. Of a record of another service this one keeps the name, and the fields
    in `keep`: lists are filtered, sorted and grouped by them, as in `account.industry`.
    """

    name: ClassVar[str] = "reference"
    comparison: ClassVar[Comparison] = Comparison.UUID
    target: str = ""
    here: bool = False
    among: tuple[str, ...] = ()
    named_by: str = ""
    keep: tuple[str, ...] = ()
    # Whether it may come to name a person who works here no more.
    former: bool = False

    def column(self) -> TypeEngine[Any]:
        return Uuid()

    def parse(self, value: Any) -> UUID | None:
        text = str(value).strip()
        try:
            return UUID(text) if text else None
        except ValueError as wrong:
            raise ValueError(f"Give the id of a record; {text!r} is none.") from wrong

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Tree(Reference):
    """The record of the same entity that stands above this one; none ever comes to stand below itself.

    `circle` is what whoever tries it is told, where `cannot be part of itself` would not fit.
    """

    here: bool = True
    circle: str = ""


@dataclass(frozen=True)
class References(Kind):
    """The ids of other records, in order and each once."""

    name: ClassVar[str] = "references"
    comparison: ClassVar[Comparison] = Comparison.UUIDS
    target: str = ""
    most: int = MOST

    def column(self) -> TypeEngine[Any]:
        return ARRAY(Uuid())

    def parse(self, value: Any) -> list[UUID]:
        one, given = Reference(self.target), few_enough(value, self.most)
        return list(
            dict.fromkeys(known for each in given if (known := one.parse(each)) is not None)
        )

    def show(self, value: Any) -> list[str]:
        return [str(each) for each in value]


@dataclass(frozen=True)
class Words(Kind):
    """Free words such as skills or tags, in order and each once."""

    name: ClassVar[str] = "words"
    comparison: ClassVar[Comparison] = Comparison.TEXTS
    length: int = 80
    most: int = MOST

    def column(self) -> TypeEngine[Any]:
        return ARRAY(TextType())

    def parse(self, value: Any) -> list[str]:
        one, given = Text(self.length), few_enough(value, self.most)
        return list(
            dict.fromkeys(known for each in given if (known := one.parse(each)) is not None)
        )

    def show(self, value: Any) -> list[str]:
        return list(value)


@dataclass(frozen=True)
class Tags(Words):
    """The labels by which people pool records: of those that the organisation has, each once.

    They may be given by their names. Stored and shown is the word that a tag keeps for good.
    """

    name: ClassVar[str] = "tags"
    target: ClassVar[str] = "identity.Tag"
    length: int = 60
    most: int = 50
