"""Rows: records in the words of an import, so that `account_id:code` finds an account by its code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any

Row = dict[str, Any]

_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Reference:
    """A record that whoever fills the system looks up, where an import cannot do it by itself."""

    plural: str
    field: str
    value: str


def chance(seed: int, area: str) -> Random:
    """The dice of one area, so that a change in one leaves the others as they were."""
    return Random(f"{seed}/{area}")  # noqa: S311 - it makes up a company, not a secret


def filled(dice: Random, pattern: str) -> str:
    """A pattern with its # and @ turned into digits and letters."""
    signs = {"#": _DIGITS, "@": _CAPITALS}
    return "".join(dice.choice(signs[each]) if each in signs else each for each in pattern)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def text(value: Any) -> str:
    """A value as a cell of a file says it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(map(text, value))
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def references(row: Row, plural_of: dict[str, str]) -> Iterator[Reference]:
    """Every record that a row names."""
    for path, value in row.items():
        name, _, by = path.partition(":")
        if by:
            values: Iterable[str] = value if isinstance(value, list) else [value]
            yield from (Reference(plural_of[name], by, each) for each in values if each)
        else:
            found = value if isinstance(value, list) else [value]
            yield from (each for each in found if isinstance(each, Reference))
