"""Rows that belong to one record and live and die with it, e.g. what a profile lets people do."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, dataclass_transform

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from kit.entity.kinds import Kind
from kit.entity.kinds.kind import MOST, few_enough


@dataclasses.dataclass(frozen=True)
class Column:
    """What is said of one attribute of a row."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    follows: bool = False
    """Whether it follows from the rest: it is shown, and what is said of it is not read."""
    index: bool = False
    """Whether parts are looked up by it often; rows that are stored as JSON cannot be."""

    def read(self, value: Any) -> Any:
        """The Python value, or ValueError with the label and what to do."""
        try:
            known = None if value is None else self.kind.parse(value)
        except ValueError as wrong:
            raise ValueError(f"{self.label}: {wrong}") from wrong
        if known is None and self.required:
            raise ValueError(f"{self.label}: fill this in.")
        return known

    def stored(self, value: Any) -> Any:
        """The Python value of what was stored, or that itself where the kind would refuse it now."""
        try:
            return None if value is None else self.kind.parse(value)
        except ValueError:
            return value


def row_field(
    kind: Kind,
    label: str,
    *,
    initial: Any = None,
    help: str = "",  # noqa: A002 - the word that people see under an input
    required: bool = False,
    follows: bool = False,
    index: bool = False,
) -> Any:
    """Declares one attribute of a row; of two rows that say the same, what `follows` is the same."""
    said = Column("", kind, label, help, required, follows, index)
    return dataclasses.field(default=initial, compare=not follows, metadata={"column": said})


@dataclass_transform(kw_only_default=True, field_specifiers=(row_field,))
class Row:
    """One such row; its attributes are declared with `row_field`."""

    columns: ClassVar[Sequence[Column]] = ()

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(kw_only=True)(cls)
        cls.columns = [
            dataclasses.replace(each.metadata["column"], name=each.name)
            for each in dataclasses.fields(cls)  # type: ignore[arg-type]  # every row is a dataclass
            if "column" in each.metadata
        ]

    @classmethod
    def read(cls, source: Any) -> Self:
        """From a mapping or a message; ValueError names the attribute."""
        take = taker(source)
        told = (column for column in cls.columns if not column.follows)
        given = {column.name: column.read(take(column.name)) for column in told}
        return cls(**{name: value for name, value in given.items() if value is not None})

    @classmethod
    def stored(cls, source: Mapping[str, Any]) -> Self:
        """From the database, whose rows were judged when they came: by other rules, it may be."""
        given = {column.name: column.stored(source.get(column.name)) for column in cls.columns}
        return cls(**{name: value for name, value in given.items() if value is not None})

    def plain(self) -> dict[str, Any]:
        """What is stored and shown: text, numbers and truth values only."""
        pairs = ((column, getattr(self, column.name)) for column in self.columns)
        return {
            column.name: column.kind.show(value) for column, value in pairs if value is not None
        }


def taker(source: Any) -> Callable[[str], Any]:
    """What a mapping or a message says under a name, or None."""
    if isinstance(source, Mapping):
        return source.get
    return lambda name: getattr(source, name) if _present(source, name) else None


def _present(message: Any, name: str) -> bool:
    described = message.DESCRIPTOR.fields_by_name[name]
    return bool(not described.has_presence or message.HasField(name))


class RowsType(TypeDecorator[list[Any]]):
    """A JSON list in the database, a list of rows in Python."""

    impl = JSONB
    cache_ok = True

    def __init__(self, row: type[Row]) -> None:
        super().__init__()
        self.row = row

    def process_bind_param(self, value: Any, dialect: object) -> Any:  # noqa: ARG002 - SQLAlchemy gives it
        return [row.plain() for row in value or ()]

    def process_result_value(self, value: Any, dialect: object) -> Any:  # noqa: ARG002 - SQLAlchemy gives it
        return [self.row.stored(each) for each in value or ()]


@dataclasses.dataclass(frozen=True)
class Rows(Kind):
    """Rows of one shape, `most` at most."""

    name: ClassVar[str] = "rows"
    row: type[Row] = Row
    most: int = MOST

    def column(self) -> TypeEngine[Any]:
        return RowsType(self.row)

    def parse(self, value: Any) -> list[Row]:
        given = few_enough(value, self.most)
        return [self._numbered(number, each) for number, each in enumerate(given, start=1)]

    def _numbered(self, number: int, source: Any) -> Row:
        try:
            return self.row.read(source)
        except ValueError as wrong:
            raise ValueError(f"Line {number}: {wrong}") from wrong

    def show(self, value: Any) -> list[dict[str, Any]]:
        return [row.plain() for row in value]
