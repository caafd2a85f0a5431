"""Rows within a record, judged in memory as the database judges parts: one of them has to meet it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import column

from kit.entity import Decimals, Field
from kit.entity.fields import said
from kit.query import Context, Path, matches, parse

QUANTITY = column("quantity")
LINES = {
    "lines.quantity": Field(
        "lines.quantity",
        said(Decimals(), "Quantity"),
        QUANTITY,
        nullable=True,
        path=Path(QUANTITY, lambda condition: condition, many=True),
    )
}
CONTEXT = Context(UUID(int=1), datetime.now(UTC), UTC)


@pytest.mark.parametrize(
    ("text", "quantities", "found"),
    [
        ("lines.quantity > 5", ["2", "9"], True),
        ("lines.quantity > 5", ["2", "3"], False),
        ("lines.quantity != 9", ["2", "9"], False),
        ("lines.quantity != 9", [], True),
        ("lines.quantity = null", [], True),
        ("lines.quantity = null", ["2", None], False),
        ("lines.quantity:*", [None, "2"], True),
        ("NOT lines.quantity > 5", ["9"], False),
    ],
)
def test_one_row_has_to_meet_it(text: str, quantities: list[str | None], found: bool) -> None:
    values = {"lines": [{"quantity": each} for each in quantities]}
    assert matches(parse(text), LINES, values, CONTEXT) is found
