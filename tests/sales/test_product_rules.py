"""What makes a product."""

from decimal import Decimal

import pytest

from kit.errors import Invalid
from services.sales.model.products import Product


def test_a_product_needs_no_price() -> None:
    """SA-14"""
    Product(name="GTX Pro").check()


@pytest.mark.parametrize(
    ("price", "currency", "field"), [(-1, "EUR", "price"), (1, None, "currency")]
)
def test_a_price_is_an_amount_in_a_currency(price: int, currency: str | None, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Product(name="GTX Pro", price=Decimal(price), currency=currency).check()
    assert list(refusal.value.fields) == [field]
