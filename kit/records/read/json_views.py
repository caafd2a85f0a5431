"""Records as JSON: made once, by the service that owns them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from kit.entity import Record, Row
from kit.entity.kinds.numbers import written
from kit.wire.shape import line

_encoder = msgspec.json.Encoder()


def shown_json(record: Record, names: Iterable[str], custom: Mapping[str, Any]) -> bytes:
    """One record with exactly these fields and these custom ones."""
    fields = (*names, "custom")
    values = [_plain(getattr(record, name)) for name in names]
    return _encoder.encode(line(fields)(*values, custom))


def _plain(value: Any) -> Any:
    """Rows leave in the form in which they are stored, numbers in the one that they are read in."""
    if isinstance(value, list) and value and isinstance(value[0], Row):
        return [row.plain() for row in value]
    return written(value) if isinstance(value, Decimal) else value


def page_json(
    names: tuple[str, ...],
    rows: Sequence[Any],
    token: str,
    total: int | None,
    *,
    capped: bool,
    titles: Sequence[Any] | None = None,
) -> bytes:
    """A page of rows straight from the database."""
    shape = line(names)
    items = _encoder.encode([shape(*row) for row in rows])
    foot: dict[str, Any] = {"next_page_token": token}
    if total is not None:
        foot |= {"total": total, "total_capped": capped}
    if titles is not None:
        foot["titles"] = titles
    return b'{"items":' + items + b',"page":' + _encoder.encode(foot) + b"}"


def row_json(names: tuple[str, ...], row: Any, titles: Sequence[Any] | None = None) -> bytes:
    """One row straight from the database, with the names of what it refers to where they are wanted."""
    told = _encoder.encode(line(names)(*row))
    return told if titles is None else told[:-1] + b',"titles":' + _encoder.encode(titles) + b"}"
