"""Rows within a record, such as its addresses, from the cells of the lines of a record."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from kit.entity import Rows
from kit.entity.rows import Row
from kit.importing.mapping.paths import row_kinds

Parts = Mapping[str, Mapping[str, Any]]
"""What a line says of the rows of one field: values by column, by the kind of the row."""


def merged(kind: Rows, existing: Sequence[Row], lines: Sequence[Parts]) -> list[Row]:
    """The rows with what the lines of a record say: of rows of a kind, else of one row after the other."""
    kind_column, _ = row_kinds(kind)
    rows = list(existing)
    # What says no kind is of the first rows, so it goes before rows that are made here.
    for place, values in enumerate(parts[""] for parts in lines if "" in parts):
        _put(kind, rows, place, values)
    for row_kind, values in sorted(_of_kinds(lines).items()):
        _put(kind, rows, _place(rows, kind_column, row_kind), {kind_column: row_kind, **values})
    return rows


def _of_kinds(lines: Sequence[Parts]) -> dict[str, dict[str, Any]]:
    """What the lines say together of the rows that they name by their kind."""
    found: dict[str, dict[str, Any]] = {}
    for row_kind, values in (each for parts in lines for each in parts.items() if each[0]):
        found.setdefault(row_kind, {}).update(values)
    return found


def _put(kind: Rows, rows: list[Row], place: int, values: Mapping[str, Any]) -> None:
    """Changes the row that stands there, or adds one after the last."""
    if place < len(rows):
        rows[place] = dataclasses.replace(rows[place], **values)  # type: ignore[type-var]  # rows are dataclasses
    else:
        rows.append(kind.row(**values))


def lacking(kind: Rows, rows: Sequence[Row]) -> str:
    """What a row needs and does not have, or that there are too many."""
    if len(rows) > kind.most:
        return f"Give at most {kind.most:,}; there would be {len(rows):,}."
    needed = (column for column in kind.row.columns if column.required)
    missing = (
        each.label for each in needed if any(getattr(row, each.name) is None for row in rows)
    )
    label = next(missing, "")
    return f"{label}: fill this in." if label else ""


def _place(rows: Sequence[Row], kind_column: str, row_kind: str) -> int:
    """Where the row of a kind stands, or the place after all."""
    kinds = (at for at, row in enumerate(rows) if getattr(row, kind_column) == row_kind)
    return next(kinds, len(rows))
