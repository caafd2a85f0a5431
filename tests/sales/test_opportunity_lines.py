"""Lines of deals at the boundary: what they come to, and how they are kept."""

from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.v1 import events_pb2, records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.errors import Conflict, Invalid
from kit.ids import uuid7
from kit.testing.serving import Serving
from tests.sales.desk import Desk
from tests.sales.lines import (
    OFFICE,
    change,
    found,
    get,
    line,
    refused,
    with_lines,
)

# What they come to.


async def test_the_value_of_a_deal_follows_from_its_lines(desk: Desk) -> None:
    """SA-10, SA-14, SA-30: each amount is rounded to the currency's smallest unit, tax apart."""
    deal = await with_lines(
        desk,
        line(quantity="3", unit_price="19.99", discount="12.5", tax="23"),
        line(quantity="0.25", unit_price="0.10"),
    )
    assert [each.amount for each in deal.lines] == ["52.47", "0.03"]
    assert (deal.amount, deal.lines[0].tax) == ("52.50", "23")
    assert (await get(desk, deal)).lines == deal.lines


async def test_an_amount_has_the_places_of_its_currency(desk: Desk) -> None:
    deal = await with_lines(desk, line(quantity="3", unit_price="10.5"), currency="JPY")
    assert deal.amount == "32"


async def test_a_quantity_that_is_not_said_is_one(desk: Desk) -> None:
    deal = await with_lines(desk, line())
    assert (deal.lines[0].quantity, deal.amount) == ("1", "10.00")


async def test_with_lines_the_value_is_not_typed(desk: Desk) -> None:
    assert await refused(desk, line(), amount="11") == {
        "amount": "The value follows from the lines; change those instead."
    }
    deal = await with_lines(desk, line(), amount="10")
    with pytest.raises(Invalid, match="follows from the lines"):
        await change(desk, deal, amount="9")
    assert (await get(desk, deal)).version == 1


async def test_a_value_that_is_sent_back_as_it_was_read_is_no_wish(desk: Desk) -> None:
    deal = await with_lines(desk, line())
    (kept,) = deal.lines
    kept.quantity = "2"
    changed = await change(desk, deal, lines=[kept], amount="10.00")
    assert (changed.amount, changed.lines[0].amount) == ("20.00", "20.00")


async def test_without_lines_the_value_is_typed(desk: Desk) -> None:
    deal = await with_lines(desk, line(), line())
    emptied = await change(desk, deal, lines=[])
    assert (list(emptied.lines), emptied.amount) == ([], "20.00")
    assert (await change(desk, deal, amount="7")).amount == "7"


async def test_another_currency_takes_the_lines_anew(desk: Desk) -> None:
    deal = await with_lines(desk, line(unit_price="10.5"))
    with pytest.raises(Invalid) as wrong:
        await change(desk, deal, currency="JPY")
    assert wrong.value.fields["currency"].startswith("Lines are in EUR")
    moved = await change(desk, deal, currency="JPY", lines=list(deal.lines))
    assert (moved.amount, moved.lines[0].amount) == ("11", "11")
    assert (await get(desk, deal)).lines == moved.lines


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"quantity": "0"}, "Line 2: Quantity: Give more than nothing."),
        ({"quantity": "-1"}, "Line 2: Quantity: Give more than nothing."),
        ({"unit_price": "-1"}, "Line 2: Unit price: A price cannot be negative; use the discount."),
        ({"discount": "100.01"}, "Line 2: Discount: The most is 100."),
        ({"discount": "-1"}, "Line 2: Discount: The least is 0."),
        ({"tax": "-0.01"}, "Line 2: Tax: The least is 0."),
        ({"quantity": "NaN"}, "Line 2: Quantity: Write a number like 1234.50, without separators."),
        ({"product_id": "x"}, "Line 2: Product: Give the id of a record; 'x' is none."),
        ({"description": ""}, "Line 2: Description: Name a product, or say in words what is sold."),
        ({"description": "x" * 180 * 1024}, "Line 2: Description: "),
    ],
    ids=str,
)
async def test_a_wrong_line_is_named(desk: Desk, wrong: dict[str, str], told: str) -> None:
    assert (await refused(desk, line(), line(**wrong)))["lines"].startswith(told)


async def test_lines_without_a_price_are_named(desk: Desk) -> None:
    told = await refused(desk, pb.OpportunityLine(description="Lamps"))
    assert told["lines"].startswith("Line 1: Unit price: Fill this in")


async def test_a_deal_has_two_hundred_lines_at_most(desk: Desk) -> None:
    deal = await with_lines(desk, *[line()] * 200)
    assert (len(deal.lines), deal.amount) == (200, "2000.00")
    told = await refused(desk, *[line()] * 201)
    assert told == {"lines": "Give at most 200; these are 201."}


async def test_lines_cannot_come_to_more_than_a_value_holds(desk: Desk) -> None:
    told = await refused(desk, line(quantity="9" * 16, unit_price="9" * 16))
    assert told == {"lines": "The lines add up to more than anybody pays; look at quantities."}


async def test_a_won_deal_is_worth_its_lines(desk: Desk) -> None:
    deal = await with_lines(desk, line(quantity="4"))
    won = await desk.deals.Win(pb.WinOpportunity(id=deal.id))
    assert (won.realised_amount, len(won.lines)) == ("40.00", 1)


# How they are kept.


async def test_a_line_keeps_its_id_through_changes(desk: Desk) -> None:
    first, second, third = (
        deal := await with_lines(desk, *(line(description=each) for each in "abc"))
    ).lines
    third.quantity = "5"
    changed = await change(desk, deal, lines=[third, first, line(description="d")])
    kept = await get(desk, deal)
    assert changed.lines == kept.lines
    assert [each.description for each in kept.lines] == ["c", "a", "d"]
    assert [each.id for each in kept.lines[:2]] == [third.id, first.id]
    assert kept.lines[2].id not in {first.id, second.id, third.id, ""}
    assert kept.version == 2
    assert await _rows(desk.serving, deal) == [each.id for each in kept.lines]


async def test_a_line_of_another_deal_is_refused(desk: Desk) -> None:
    other, deal = await with_lines(desk, line()), await with_lines(desk, line())
    for strange in (other.lines[0].id, str(uuid7())):
        with pytest.raises(Invalid) as wrong:
            await change(desk, deal, lines=[deal.lines[0], line(id=strange)])
        assert wrong.value.fields == {
            "lines": "Line 2: There is no such line left here; leave out its id."
        }
    assert "lines" in await refused(desk, line(id=other.lines[0].id))
    with pytest.raises(Invalid):
        await change(desk, deal, lines=[deal.lines[0], deal.lines[0]])
    assert (await get(desk, other)).lines == other.lines


async def test_a_change_of_lines_is_one_line_of_history(desk: Desk) -> None:
    """One version, one entry, and the message about it carries the lines."""
    deal = await with_lines(desk, line(quantity="1"))
    (kept,) = deal.lines
    kept.quantity = "3"
    await change(desk, deal, lines=[kept])
    stub = desk.serving.stub(RecordsStub, desk.actor)
    told = await stub.History(records_pb2.HistoryRequest(entity=OFFICE, id=deal.id))
    newest = told.items[0]
    changes = {each.field: (each.before, each.after) for each in newest.changes}
    assert (newest.what, newest.version, set(changes)) == ("updated", 2, {"amount", "lines"})
    assert '"quantity":"1"' in changes["lines"][0].replace(" ", "")
    assert '"quantity":"3"' in changes["lines"][1].replace(" ", "")
    bodies = await desk.serving.announced("crm.sales.opportunity.updated")
    messages = [events_pb2.RecordChanged.FromString(each) for each in bodies]
    (message,) = [each for each in messages if each.id == deal.id]
    before, after = pb.Opportunity(), pb.Opportunity()
    message.before.Unpack(before)
    message.after.Unpack(after)
    assert (before.lines[0].quantity, after.lines[0].quantity) == ("1", "3")


async def test_lines_sent_back_as_they_were_read_change_nothing(desk: Desk) -> None:
    deal = await with_lines(desk, line(), line(description="b"))
    assert (await change(desk, deal, lines=list(deal.lines))).version == 1


async def test_a_stale_change_of_lines_is_refused(desk: Desk) -> None:
    deal = await with_lines(desk, line())
    await change(desk, deal, next_step="Call")
    patch = pb.OpportunityPatch(record=pb.Opportunity(id=deal.id), version=1)
    patch.mask.paths.append("lines")
    with pytest.raises(Conflict):
        await desk.deals.Update(patch)
    assert len((await get(desk, deal)).lines) == 1


async def test_lines_go_into_the_bin_with_their_deal_and_come_back(desk: Desk) -> None:
    deal = await with_lines(desk, line())
    await desk.deals.Delete(standard_pb2.DeleteRequest(id=deal.id))
    assert await found(desk, "lines.quantity = 1", deal) == []
    stub = desk.serving.stub(RecordsStub, desk.actor)
    await stub.Restore(records_pb2.RestoreRequest(entity=OFFICE, id=deal.id))
    assert (await get(desk, deal)).lines == deal.lines


async def _rows(serving: Serving, deal: Any) -> list[str]:
    """The lines that stand in the table."""
    text = "select id from opportunity_line where opportunity_id = $1 order by position"
    return [str(row["id"]) for row in await serving.process.database.fetch(text, [deal.id])]
