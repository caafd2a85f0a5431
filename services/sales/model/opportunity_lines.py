"""A line of an opportunity: what is to be sold, how much of it, and for how much."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Self
from uuid import UUID

from kit.entity import Decimals, Money, Part, Percent, Reference, Text, row_field
from kit.entity.currencies import places_of

_HUNDRED = Decimal(100)
# More digits than any product of two numbers has that a line may hold.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class OpportunityLine(Part, of="sales.Opportunity"):
    """One thing that is to be sold."""

    product_id: UUID | None = row_field(Reference("sales.Product", here=True), "Product")
    description: str | None = row_field(Text(500), "Description")
    quantity: Decimal = row_field(Decimals(), "Quantity", initial=Decimal(1))
    unit: str | None = row_field(Text(40), "Unit")
    unit_price: Decimal | None = row_field(Money(), "Unit price")
    discount: Decimal | None = row_field(Percent(), "Discount")
    tax: Decimal | None = row_field(Percent(), "Tax")
    amount: Decimal | None = row_field(Money(), "Amount", follows=True)

    def reckoned(self, currency: str | None) -> Self:
        """The line with its amount, rounded to the smallest unit of the currency."""
        price, off = self.unit_price or Decimal(0), self.discount or Decimal(0)
        smallest = Decimal(1).scaleb(-places_of(currency)) if currency else Decimal("0.01")
        with localcontext(_EXACT):
            exact = self.quantity * price * (_HUNDRED - off) / _HUNDRED
            return replace(self, amount=exact.quantize(smallest))

    def wrong(self) -> Iterator[str]:
        """What is wrong with it, each with the name of what is to be mended."""
        if self.quantity <= 0:
            yield "Quantity: Give more than nothing."
        if self.unit_price is None:
            yield "Unit price: Fill this in; the product has no price in the currency of the deal."
        elif self.unit_price < 0:
            yield "Unit price: A price cannot be negative; use the discount."
        if not (self.product_id or self.description):
            yield "Description: Name a product, or say in words what is sold."
