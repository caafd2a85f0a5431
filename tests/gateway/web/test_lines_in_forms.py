"""Repeating lines that name records and keep an id: how a form reads them, and how a page shows them."""

from typing import Any

from starlette.datastructures import FormData

from gateway.web.described.fields import Field
from gateway.web.forms.form import changes, read_form
from gateway.web.frame.presenting import Presenter

PRESENT = Presenter.of({"locale": "en_GB", "time_zone": "UTC"}, {})
LAMP, LINE = "01a20009-c19e-7a5d-a06b-e61b9c88d255", "01a20009-c19e-7a5d-a06b-e61b9c88d256"
COLUMNS = (
    Field("product_id", "Product", "reference", target="sales.Product"),
    Field("quantity", "Quantity", "decimal"),
    Field("amount", "Amount", "money", editable=False, currency_field="currency"),
)
LINES = Field("lines", "Lines", "rows", columns=COLUMNS)
NOTHING: Any = None
"""Nobody is asked for names: none is named."""


async def read(**typed: str) -> Any:
    data = FormData({name.replace("__", "."): value for name, value in typed.items()})
    return await read_form(NOTHING, NOTHING, PRESENT, (LINES,), data)


async def test_a_line_that_nobody_touched_is_sent_back_as_it_was() -> None:
    """SA-14: else every save would make new lines of the old ones."""
    before = {"lines": [{"id": LINE, "quantity": "2", "amount": "20.00"}]}
    form = await read(lines__0__id=LINE, lines__0__quantity="2", lines__0__amount="20.00")
    assert changes(before, form.values) == {}


async def test_an_empty_line_is_none() -> None:
    form = await read(lines__0__quantity="", lines__0__product_id="")
    assert form.values == {"lines": []}


def test_lines_with_amounts_are_a_table_with_their_sum() -> None:
    record = {
        "currency": "EUR",
        "amount": "35.50",
        "product_id": LAMP,
        "lines": [{"quantity": "2", "amount": "20.00"}, {"amount": "15.50", "product_id": LAMP}],
    }
    cell = PRESENT.cell(LINES, record, {("sales.Product", LAMP): "Lamp"})
    assert (cell.kind, cell.text) == ("matrix", "€35.50")
    assert [[part.text for part in row.parts] for row in cell.parts] == [
        ["", "2", "€20"],
        ["Lamp", "", "€15.50"],
    ]
