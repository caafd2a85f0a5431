"""What a new line takes from its product, as far as whoever adds it may see that."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from kit.entity import Level
from kit.records import Work
from services.sales.model.opportunities import Opportunity
from services.sales.model.opportunity_lines import OpportunityLine
from services.sales.model.products import Product

_TAKEN = ("name", "unit", "price", "currency")


async def fill_from_products(work: Work, deal: Opportunity) -> None:
    """Fills new lines; a product out of sight gives nothing, and is refused when the deal is checked."""
    wanted = {line.product_id for line in deal.lines if line.product_id and _lacks(line)}
    if not wanted:
        return
    products = await work.named(Product, sorted(wanted), Level.READ)
    names = work.permit(Product).seen(_TAKEN)
    known: dict[UUID | None, Any] = {
        each.id: {name: getattr(each, name) for name in names} for each in products
    }
    deal.lines = [
        _filled(line, known.get(line.product_id, {}), deal.currency) if _lacks(line) else line
        for line in deal.lines
    ]


def _lacks(line: OpportunityLine) -> bool:
    """Whether a new line leaves something to its product."""
    said = (line.description, line.unit, line.unit_price)
    return line.id is None and line.product_id is not None and None in said


def _filled(
    line: OpportunityLine, product: dict[str, Any], currency: str | None
) -> OpportunityLine:
    priced = product.get("currency") == currency
    taken = {
        "description": product.get("name"),
        "unit": product.get("unit"),
        "unit_price": product.get("price") if priced else None,
    }
    lacking: Any = {name: value for name, value in taken.items() if getattr(line, name) is None}
    return replace(line, **lacking)
