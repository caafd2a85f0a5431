"""Rows within a record, such as its addresses, from the cells of one line."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from kit.entity import Rows
from kit.entity.rows import Row
from kit.importing.mapping.paths import row_kinds

Parts = Mapping[str, Mapping[str, Any]]
"""What a line says of the rows of one field: values by column, by the kind of the row."""


def merged(kind: Rows, existing: Sequence[Row], parts: Parts) -> list[Row]:
    """The rows with what a line says: of the row of that kind, else of the first, else of a new one."""
    kind_column, _ = row_kinds(kind)
    rows = list(existing)
    # What says no kind is of the first row, so it goes before rows that are made here.
    for row_kind, values in sorted(parts.items()):
        place = _place(rows, kind_column, row_kind)
        if place is None:
            rows.append(kind.row(**({kind_column: row_kind} if row_kind else {}), **values))
        else:
            rows[place] = dataclasses.replace(rows[place], **values)  # type: ignore[type-var]  # rows are dataclasses
    return rows


def lacking(kind: Rows, rows: Sequence[Row]) -> str:
    """What a row needs and does not have."""
    needed = (column for column in kind.row.columns if column.required)
    missing = (
        each.label for each in needed if any(getattr(row, each.name) is None for row in rows)
    )
    label = next(missing, "")
    return f"{label}: fill this in." if label else ""


def _place(rows: Sequence[Row], kind_column: str, row_kind: str) -> int | None:
    if not row_kind:
        return 0 if rows else None
    return next((at for at, row in enumerate(rows) if getattr(row, kind_column) == row_kind), None)
