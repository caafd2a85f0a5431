"""Lines of deals at the boundary: who may name and see what, and what can be asked of them."""

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.v1 import standard_pb2

from kit.errors import Denied, Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.sales.desk import Desk
from tests.sales.lines import (
    OFFICE,
    change,
    figures,
    found,
    get,
    limited,
    line,
    product,
    refused,
    with_lines,
)

# Products.


async def test_a_new_line_takes_from_its_product_what_is_not_said(desk: Desk) -> None:
    """SA-14"""
    lamp = await product(desk)
    named, own = (
        await with_lines(
            desk,
            pb.OpportunityLine(product_id=lamp.id),
            pb.OpportunityLine(product_id=lamp.id, description="Old lamps", unit_price="5"),
        )
    ).lines
    assert (named.description, named.unit, named.unit_price) == ("Desk lamp", "piece", "49.90")
    assert (own.description, own.unit, own.unit_price) == ("Old lamps", "piece", "5")


async def test_a_price_in_another_currency_is_not_taken(desk: Desk) -> None:
    lamp = await product(desk)
    told = await refused(desk, pb.OpportunityLine(product_id=lamp.id), currency="USD")
    assert told["lines"].startswith("Line 1: Unit price")


async def test_a_product_out_of_sight_is_refused_like_one_that_is_not_there(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    """A line takes nothing from it, and says no more of it than of any id."""
    lamp = await product(desk)
    eve = Desk(desk.serving, await organisation.person("Eve", ALL))
    default = await organisation.default("sales.Product", "private")
    try:
        told = [
            await refused(eve, line(), pb.OpportunityLine(product_id=each))
            for each in (lamp.id, str(uuid7()))
        ]
    finally:
        await organisation.publish("default", None, default)
    assert told[0] == told[1]
    assert told[0]["lines"] == "Line 2: Product: There is no such product, or you may not see it."


async def test_a_price_that_a_profile_hides_is_not_taken(
    desk: Desk, organisation: TestOrganisation
) -> None:
    lamp = await product(desk)
    eve = await limited(desk, organisation, "sales.Product", "price", "hidden")
    told = await refused(eve, pb.OpportunityLine(product_id=lamp.id))
    assert told["lines"].startswith("Line 1: Unit price")


# Who sees them.


async def test_lines_are_hidden_and_locked_as_a_field(
    desk: Desk, organisation: TestOrganisation
) -> None:
    deal = await with_lines(desk, line())
    eve = await limited(desk, organisation, OFFICE, "lines", "hidden")
    max_ = await limited(desk, organisation, OFFICE, "lines", "read")
    assert list((await get(eve, deal)).lines) == []
    for asked in ({"filter": "lines.quantity = 1"}, {"fields": ["lines"]}):
        with pytest.raises(Invalid, match="lines"):
            await eve.deals.List(standard_pb2.ListRequest(**asked))
    with pytest.raises(Invalid):
        await figures(eve, measures=["sum(lines.amount)"])
    assert len((await get(max_, deal)).lines) == 1
    with pytest.raises(Denied):
        await change(max_, deal, lines=[])


# What can be asked.


async def test_a_list_shows_lines_when_they_are_asked_for(desk: Desk) -> None:
    deal = await with_lines(desk, line(), line(description="b"))
    only = f'id = "{deal.id}"'
    (bare,) = (await desk.deals.List(standard_pb2.ListRequest(filter=only))).items
    asked = standard_pb2.ListRequest(filter=only, fields=["name", "lines"])
    (full,) = (await desk.deals.List(asked)).items
    assert (list(bare.lines), full.lines) == ([], deal.lines)


async def test_deals_are_found_by_some_line(desk: Desk) -> None:
    """SA-14, SA-33"""
    lamp = await product(desk)
    many = await with_lines(
        desk, line(product_id=lamp.id, quantity="2"), line(quantity="9"), name="many"
    )
    few = await with_lines(desk, line(quantity="1"), name="few")
    none = await desk.deal(name="none")
    deals = (many, few, none)
    assert await found(desk, f'lines.product_id = "{lamp.id}"', *deals) == ["many"]
    assert await found(desk, f'lines.product_id != "{lamp.id}"', *deals) == ["few", "none"]
    assert await found(desk, "lines.quantity > 5", *deals) == ["many"]
    assert await found(desk, "lines.quantity = null", *deals) == ["none"]
    assert await found(desk, "lines.quantity:*", *deals) == ["many", "few"]
    assert await found(desk, "NOT lines.quantity > 1", *deals) == ["few", "none"]
    assert await found(desk, "lines.description:LAMP", *deals) == ["many", "few"]
    counted = await desk.deals.List(
        standard_pb2.ListRequest(filter=f'lines.product_id = "{lamp.id}"', count=True)
    )
    assert counted.page.total == 1


async def test_a_list_has_no_order_by_lines(desk: Desk) -> None:
    with pytest.raises(Invalid, match="has no order"):
        await desk.deals.List(standard_pb2.ListRequest(order_by="lines.quantity"))
    with pytest.raises(Invalid, match=r"lines\.nothing"):
        await desk.deals.List(standard_pb2.ListRequest(filter="lines.nothing = 1"))


async def test_figures_go_over_lines(desk: Desk) -> None:
    """SA-33: sales by product, money per currency, each deal counted once."""
    lamp, chair = await product(desk), await product(desk, name="Chair")
    deals = [
        await with_lines(
            desk, line(product_id=lamp.id), line(product_id=lamp.id), line(product_id=chair.id)
        ),
        await with_lines(desk, line(product_id=lamp.id, quantity="7"), line()),
    ]
    only = " OR ".join(f'id = "{each.id}"' for each in deals)
    told = await figures(
        desk,
        filter=only,
        group_by=["lines.product_id"],
        measures=["count", "sum(lines.amount)", "sum(lines.quantity)"],
    )
    sums = {group["lines.product_id"]: tuple(found.values()) for group, found in told}
    assert {group["currency"] for group, _ in told} == {"EUR"}
    assert {name: sorted(values) for name, values in sums.items()} == {
        lamp.id: sorted(("2", "90.00", "9")),
        chair.id: sorted(("1", "10.00", "1")),
    }
    ((_, all_),) = await figures(desk, filter=only, measures=["sum(lines.amount)"])
    assert all_ == {"sum(lines.amount)": "110.00"}
    with pytest.raises(Invalid, match="whole record"):
        await figures(desk, group_by=["lines.product_id"], measures=["sum(amount)"])
