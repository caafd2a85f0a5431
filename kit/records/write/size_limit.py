"""How much one record may hold, so that no record makes a page too long for everybody else."""

from functools import cache
from typing import Any

from kit.entity import LongText, Record, Row, Rows, Words
from kit.errors import Invalid

MOST_BYTES = 128 * 1024


def require_weight(record: Record) -> None:
    """Refuses a record with too much text, and names the field that holds most of it."""
    weights = {name: _weight(getattr(record, name)) for name in _heavy(type(record))}
    if sum(weights.values()) > MOST_BYTES:
        told = f"A record holds at most {MOST_BYTES // 1024} KB of text; shorten this."
        raise Invalid("", {max(weights, key=lambda name: weights[name]): told})


@cache
def _heavy(kind: type[Record]) -> tuple[str, ...]:
    """The fields by which people make a record long; what a service counts by itself is not theirs."""
    return (
        *(
            name
            for name, known in kind.fields.items()
            if isinstance(known.said.kind, LongText | Rows | Words)
            and (known.said.editable or known.said.creatable)
        ),
        "custom",
    )


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, Row):
        return sum(_weight(getattr(value, column.name)) for column in value.columns)
    if isinstance(value, dict):
        return sum(_weight(key) + _weight(each) for key, each in value.items())
    return sum(map(_weight, value)) if isinstance(value, list) else 0
