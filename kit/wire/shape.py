"""One entity's way over the wire: which fields it shares with its message, and how each travels."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from google.protobuf.message import Message

from kit.custom_fields.fields import as_text
from kit.entity.fields import Field
from kit.entity.record import Record
from kit.entity.rows import Row, Rows
from kit.errors import Invalid
from kit.wire.contract import serve, service_of

Setter = Callable[[Any, Any], None]


class Shape:
    """The fields that a record and its message share, with everything compiled that can be."""

    def __init__(self, record: type[Record], message: type[Message]) -> None:
        self.record = record
        self.message = message
        serve(message)
        described = message.DESCRIPTOR.fields_by_name
        self.names = tuple(
            each.name for each in message.DESCRIPTOR.fields if each.name in record.fields
        )
        self.fields: Mapping[str, Field] = {name: record.fields[name] for name in self.names}
        self.methods = _methods(message)
        self._setters = {name: _setter(self.fields[name], described[name]) for name in self.names}

    def to_message(
        self, values: Any, names: Collection[str], custom: Mapping[str, Any] | None = None
    ) -> Any:
        """A typed message with the named fields that hold something; `values` answers by attribute.

        Its custom fields are those of the values unless others are given.
        """
        message = self.message()
        for name in names:
            value = getattr(values, name)
            if value is not None:
                self._setters[name](message, value)
        own = (getattr(values, "custom", None) or {}) if custom is None else custom
        if own:
            message.custom.update({key: as_text(each) for key, each in own.items()})  # type: ignore[attr-defined]  # messages of entities have it
        return message

    def from_row(self, names: Sequence[str], row: Any) -> Any:
        """A typed message from a row of the database, whose values stand in the order of `names`."""
        return self.to_message(_Row(names, row), names)

    def given(self, message: Any) -> list[str]:
        """The shared fields that a message says something about."""
        return [
            described.name for described, _ in message.ListFields() if described.name in self.fields
        ]

    def values(self, message: Any, names: Iterable[str]) -> dict[str, Any]:
        """Python values of the named fields; Invalid names every field that is wrong."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name in names:
            try:
                values[name] = self._value(message, name)
            except ValueError as problem:
                wrong[name] = str(problem)
        if wrong:
            raise Invalid("", wrong)
        return values

    def _value(self, message: Any, name: str) -> Any:
        described = message.DESCRIPTOR.fields_by_name[name]
        if described.has_presence and not message.HasField(name):
            return None
        return self.fields[name].said.kind.parse(getattr(message, name))


def _methods(message: type[Message]) -> frozenset[str]:
    """The calls of the entity's service."""
    service = service_of(message.DESCRIPTOR)
    return frozenset(service.methods_by_name) if service else frozenset()


class _Row:
    """A database row that answers by attribute, like a record."""

    __slots__ = ("_names", "_row")

    def __init__(self, names: Sequence[str], row: Any) -> None:
        self._names, self._row = names, row

    def __getattr__(self, name: str) -> Any:
        value = self._row[self._index(name)]
        return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value

    def _index(self, name: str) -> int:
        return len(self._names) if name == "custom" else self._names.index(name)


def _setter(field: Field, described: Any) -> Setter:
    name, show = field.name, field.said.kind.show
    if isinstance(field.said.kind, Rows):
        return lambda message, value: _extend_rows(getattr(message, name), _plain_rows(value))
    if described.is_repeated:
        return lambda message, value: getattr(message, name).extend(show(value))
    return lambda message, value: setattr(message, name, show(value))


def _plain_rows(rows: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [row.plain() if isinstance(row, Row) else row for row in rows]


def _extend_rows(container: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        container.add(**row)


@lru_cache(maxsize=4096)
def line(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """The struct whose JSON is one row with exactly these fields."""
    return msgspec.defstruct("Line", [(name, Any) for name in names])
