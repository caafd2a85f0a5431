"""Orders of lists (AIP-132) and the condition that continues a list after a given row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, or_, tuple_

from kit.errors import Invalid
from kit.query.conditions import LISTS
from kit.query.errors import shown
from kit.query.fields import Kind, Queryable, Target, find
from kit.query.sql import bound, ranked
from kit.text.folding import fold

MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order and its direction; missing values come last in both."""

    target: Target
    descending: bool

    @property
    def column(self) -> ColumnElement[Any]:
        """What rows are sorted by."""
        return ranked(self.target)

    def clause(self) -> UnaryExpression[Any]:
        column = self.column
        if not self.descending:
            return column.asc()
        # Where nothing can be missing, the plain form lets any B-tree be read backwards.
        return column.desc().nulls_last() if self.target.nullable else column.desc()

    def beyond(self, value: object) -> ColumnElement[bool]:
        """True of the rows that this key alone puts after the value."""
        if value is None:
            return false()
        column, other = self.column, _value(self.target, value)
        after = column < other if self.descending else column > other
        return or_(after, column.is_(None)) if self.target.nullable else after

    def same(self, value: object) -> ColumnElement[bool]:
        column = self.column
        return column.is_(None) if value is None else column == _value(self.target, value)

    def reached(self, value: object) -> ColumnElement[bool] | None:
        """Implied by the rest of the condition; said again because an index can use it."""
        if self.target.nullable or value is None:
            return None
        column, other = self.column, _value(self.target, value)
        return column <= other if self.descending else column >= other


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of rows: the keys that were asked for, then the id."""

    by: tuple[Key, ...]

    @classmethod
    def parse(
        cls, text: str, fields: Mapping[str, Queryable], default: str = "updated_at desc"
    ) -> Self:
        by = [_key(name, fields, descending=down) for name, down in read(text.strip() or default)]
        return cls(_total(by, fields))

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key.target.name for key in self.by)

    def clauses(self) -> list[UnaryExpression[Any]]:
        return [key.clause() for key in self.by]

    def after(self, values: Sequence[object]) -> ColumnElement[bool]:
        """True of exactly the rows that come after the row with these values."""
        return _after(self.by, tuple(values))

    def __str__(self) -> str:
        return ",".join(f"{key.target.name} {key.descending:d}" for key in self.by)


def _value(target: Target, value: object) -> ColumnElement[Any]:
    """A row's value in the form in which rows are sorted."""
    return bound(
        target.kind, fold(value) if isinstance(value, str) and target.kind is Kind.TEXT else value
    )


def read(text: str) -> list[tuple[str, bool]]:
    """The names in an order, each with whether it descends; whether they are fields is not asked."""
    parts = text.split(",") if text.strip() else []
    if len(parts) > MOST_KEYS:
        raise Invalid(order_by=f"The order has {len(parts)} fields; use at most {MOST_KEYS}.")
    found = [_read_one(part.split()) for part in parts]
    for place, (name, _) in enumerate(found):
        if any(name == other for other, _ in found[:place]):
            raise Invalid(order_by=f"“{name}” is named twice; remove one of them.")
    return found


def _read_one(words: list[str]) -> tuple[str, bool]:
    match words:
        case [name]:
            return name, False
        case [name, direction] if direction.lower() in {"asc", "desc"}:
            return name, direction.lower() == "desc"
        case _:
            found = shown(" ".join(words))
            raise Invalid(order_by=f"{found} cannot be read; write it as in: amount desc, name.")


def _key(name: str, fields: Mapping[str, Queryable], *, descending: bool) -> Key:
    try:
        target = find(name, fields)
    except LookupError as problem:
        raise Invalid(order_by=f"{problem.args[0]}.") from None
    if target.kind in LISTS or (target.path and target.path.many):
        raise Invalid(order_by=f"“{name}” is a list and has no order; choose another field.")
    return Key(target, descending)


def _total(by: list[Key], fields: Mapping[str, Queryable]) -> tuple[Key, ...]:
    """Ends with the id, after which nothing is left to be ordered."""
    for place, key in enumerate(by):
        if key.target.name == "id":
            return tuple(by[: place + 1])
    return (*by, Key(find("id", fields), by[-1].descending))


def _after(by: tuple[Key, ...], values: tuple[object, ...]) -> ColumnElement[bool]:
    first, rest = by[0], by[1:]
    if not rest:
        return first.beyond(values[0])
    if _uniform(by):
        return _row(by, values)
    following = and_(first.same(values[0]), _after(rest, values[1:]))
    if values[0] is None:
        return following
    condition = or_(first.beyond(values[0]), following)
    reached = first.reached(values[0])
    return condition if reached is None else and_(reached, condition)


def _uniform(by: tuple[Key, ...]) -> bool:
    return all(key.descending == by[0].descending and not key.target.nullable for key in by)


def _row(by: tuple[Key, ...], values: tuple[object, ...]) -> ColumnElement[bool]:
    """A comparison of whole rows, which a B-tree over these columns answers by one descent."""
    columns = tuple_(*(key.column for key in by))
    others = tuple_(*(_value(key.target, value) for key, value in zip(by, values, strict=True)))
    return columns < others if by[0].descending else columns > others
