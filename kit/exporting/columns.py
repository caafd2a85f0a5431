"""The columns of an export: what stands over each, and what of a record stands in it.

A column is called as an import takes it: `account_id`, and `account_id:name` beside it for what the
account is called; `custom.region`; `addresses.city` for a part, of which each takes a line.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from kit.choices import Choices
from kit.describe import options_of
from kit.entity import (
    Boolean,
    Day,
    Decimals,
    Field,
    Instant,
    Integer,
    Phone,
    Record,
    Reference,
    References,
    Rows,
)
from kit.entity.kinds import ActorName, Kind
from kit.entity.rows import Column as RowColumn
from kit.exporting.files.cells import called_or_harmless, number_or_harmless
from kit.importing.file.guarding import made_harmless
from kit.wire.contract import facts_of

Names = Mapping[str, str]
"""What records are called, by their ids as text."""

Guard = Callable[[str], str]

_NAMING = (Reference, References, ActorName)
_HARMLESS = (Boolean, Day, Decimals, Instant, Integer, Reference, References)
"""Kinds of which no value can begin a formula."""


class Entry:
    """One record on its way out: its row, and what the records are called that it names."""

    __slots__ = ("_decoded", "names", "row")

    def __init__(self, row: Any, names: Names) -> None:
        self.row, self.names = row, names
        self._decoded: dict[str, Any] = {}

    def decoded(self, name: str) -> Any:
        """Rows or custom fields, which the database gives as JSON."""
        if name not in self._decoded:
            self._decoded[name] = msgspec.json.decode(self.row[name] or b"[]")
        return self._decoded[name]

    def name_of(self, value: Any) -> Any:
        """What the record or records of these ids are called, where the viewer may know it."""
        if isinstance(value, list):
            return [self.names.get(str(each), "") for each in value]
        return self.names.get(str(value)) or None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for programs and for people, and its value in a line of a record."""

    path: str
    label: str
    value: Callable[[Entry, int], Any]
    guard: Guard | None = made_harmless
    """What makes its text harmless; nothing where no value of its kind can begin a formula."""
    part_of: str = ""
    """The field of rows of which it is a part."""


class Columns(Sequence[Column]):
    """The columns of one export in their order."""

    def __init__(self, record: type[Record], choices: Choices, *, labels: bool) -> None:
        self.record = record
        self._choices = choices
        self._labels = labels
        self._columns: list[Column] = []

    def __getitem__(self, place: Any) -> Any:
        return self._columns[place]

    def __len__(self) -> int:
        return len(self._columns)

    def add(self, name: str) -> None:
        """The columns of a field: one, two where it names records, several where it holds rows."""
        known = self.record.fields[name]
        kind = known.said.kind
        if isinstance(kind, Rows):
            self._columns += (made for each in kind.row.columns for made in self._part(known, each))
            return
        self._columns += self._shown(name, name, known.said.label, kind, _of_row(name))

    def add_custom(self, keys: Iterable[str], defined: Mapping[str, Field]) -> None:
        """A column for each custom field; what stood there before anybody defined it goes by its key."""
        for key in keys:
            path, value = f"custom.{key}", _of_custom(key)
            if (known := defined.get(path)) is not None:
                shown = self._shown(path, path, known.said.label, known.said.kind, value)
                self._columns += (
                    replace(each, guard=each.guard or number_or_harmless) for each in shown
                )
            else:
                self._columns.append(Column(path, key, value))

    @property
    def rows(self) -> Sequence[str]:
        """The fields of rows of which there are columns."""
        return list(dict.fromkeys(each.part_of for each in self._columns if each.part_of))

    def entries(self, rows: Iterable[Any], names: Names) -> Iterator[Entry]:
        return (Entry(row, names) for row in rows)

    def lines(self, entry: Entry) -> Iterator[list[Any]]:
        """The values of each line that a record takes; what it has once stands in all of them."""
        longest = max((len(entry.decoded(name)) for name in self.rows), default=1)
        for number in range(max(longest, 1)):
            yield [column.value(entry, number) for column in self._columns]

    def _part(self, whole: Field, column: RowColumn) -> Iterator[Column]:
        path, label = f"{whole.name}.{column.name}", f"{whole.said.label}: {column.label}"
        value = _of_part(whole.name, column)
        return self._shown(column.name, path, label, column.kind, value, part_of=whole.name)

    def _shown(
        self, name: str, path: str, label: str, kind: Kind, value: Any, part_of: str = ""
    ) -> Iterator[Column]:
        guard = _guard(kind)
        if isinstance(kind, _NAMING) and path != "id":
            yield Column(path, f"{label} (id)", value, guard, part_of)
            yield Column(f"{path}:{_title_of(kind)}", label, _named(value), part_of=part_of)
            return
        words = self._words(name, kind) if self._labels else {}
        yield Column(path, label, _worded(value, words) if words else value, guard, part_of)

    def _words(self, name: str, kind: Kind) -> Mapping[str, str]:
        """What people read in the place of stored values."""
        options = options_of(name, kind, self.record.presentation, self._choices)
        return {each.value: each.label for each in options}


def _guard(kind: Kind) -> Guard | None:
    if isinstance(kind, _HARMLESS):
        return None
    return called_or_harmless if isinstance(kind, Phone) else made_harmless


def _title_of(kind: Kind) -> str:
    """The field that names what a reference leads to."""
    facts = facts_of(getattr(kind, "target", ""))
    return facts.title if facts else "title"


def _of_row(name: str) -> Callable[[Entry, int], Any]:
    return lambda entry, _: entry.row[name]


def _of_custom(key: str) -> Callable[[Entry, int], Any]:
    return lambda entry, _: entry.decoded("custom").get(key)


def _of_part(name: str, column: RowColumn) -> Callable[[Entry, int], Any]:
    def value(entry: Entry, number: int) -> Any:
        parts = entry.decoded(name)
        return column.stored(parts[number].get(column.name)) if number < len(parts) else None

    return value


def _named(value: Callable[[Entry, int], Any]) -> Callable[[Entry, int], Any]:
    return lambda entry, number: entry.name_of(value(entry, number))


def _worded(
    value: Callable[[Entry, int], Any], words: Mapping[str, str]
) -> Callable[[Entry, int], Any]:
    def worded(entry: Entry, number: int) -> Any:
        said = value(entry, number)
        if isinstance(said, list):
            return [words.get(each, each) for each in said]
        return words.get(said, said)

    return worded
