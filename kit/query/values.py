"""How values are written in filters, page tokens and events."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from kit.query.fields import Kind

LARGEST_INTEGER = 2**63 - 1
MOST_DIGITS = 100


def _text(text: str) -> str:
    if re.search("[\0\ud800-\udfff]", text):
        raise ValueError(text)
    return text


def _integer(text: str) -> int:
    number = int(_shaped(r"[+-]?[0-9]+", text))
    if abs(number) > LARGEST_INTEGER:
        raise ValueError(text)
    return number


def _decimal(text: str) -> Decimal:
    number = Decimal(_shaped(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text))
    if max(abs(number.adjusted()), len(number.as_tuple().digits)) > MOST_DIGITS:
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    return _shaped("true|false", text.lower()) == "true"


def _date(text: str) -> date:
    return date.fromisoformat(_shaped("[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


def _instant(text: str) -> datetime:
    shape = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:]{5,8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:?[0-9]{2})"
    return datetime.fromisoformat(_shaped(shape, text).upper()).astimezone(UTC)


def _shaped(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


_READERS: Mapping[Kind, Callable[[str], object]] = {
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.UUID: UUID,
    Kind.UUIDS: UUID,
}


def read(kind: Kind, text: str) -> object:
    """The value that a text stands for; ValueError when it is not of that kind."""
    try:
        return _READERS.get(kind, _text)(text)
    except ArithmeticError as problem:
        raise ValueError(text) from problem


def write(value: object) -> str:
    """The text that read() turns back into the value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
