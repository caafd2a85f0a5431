"""What a record was when it was read: where it says something else by now, there is something to write.

A record notes the first time that a value of its row is replaced; a value that is changed within itself,
a list that is appended to, is not noticed, so lists are replaced.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.entity.record import Record

FORMER = "_former"
"""Where a record that stands in the database keeps what it said there; a new one has none."""


def as_stored(record: "Record") -> None:
    """Notes that a row of the database says what the record says now."""
    vars(record)[FORMER] = {}


def is_stored(record: "Record") -> bool:
    """Whether a row of the database stands for the record."""
    return FORMER in vars(record)


def is_touched(record: "Record") -> bool:
    """Whether a value of the row was replaced, be it by the same."""
    return bool(vars(record).get(FORMER))


def former(record: "Record") -> Mapping[str, Any]:
    """What the row says where the record says something else; nothing of a new one."""
    held = vars(record)
    replaced: Mapping[str, Any] = held.get(FORMER) or {}
    return {name: value for name, value in replaced.items() if value != held.get(name)}


def was(record: "Record", name: str) -> Any:
    """What the row of a record says; None where there is no row."""
    held = vars(record)
    if FORMER not in held:
        return None
    return held[FORMER].get(name, held.get(name))


def replaced(record: "Record", name: str) -> bool:
    """Whether a value of the row was given anew, be it the same."""
    return name in vars(record).get(FORMER, ())
