"""What a campaign brings, as sales tells it."""

from itertools import permutations
from typing import Any

import pytest

from kit.errors import Conflict
from kit.ids import uuid7
from tests.campaigns.desk import Desk
from tests.campaigns.others import Market, Told
from tests.waiting import until


async def result(desk: Desk, campaign: Any) -> dict[str, Any]:
    found = await desk.now(campaign)
    return {
        "deals": found.opportunity_count,
        "won": found.won_count,
        "amount": found.won_amount,
        "customers": found.new_customers,
        "profit": found.profit,
        "return": found.return_on_investment,
        "cost": found.cost_per_customer,
    }


async def settled(desk: Desk, campaign: Any, **wanted: Any) -> None:
    """Waits until the result is the one that is wanted."""
    seen: dict[str, Any] = {}

    async def same() -> bool:
        seen.update(await result(desk, campaign))
        return wanted.items() <= seen.items()

    try:
        await until(same, "the result is the one that is wanted")
    except AssertionError as late:
        raise AssertionError(f"{seen} instead of {wanted}") from late


async def test_a_campaign_s_result_follows_its_deals(desk: Desk, market: Market) -> None:
    """CA-05"""
    campaign = await desk.campaign(actual_cost="400", planned_actions=4, done_actions=3)
    other = await desk.campaign(actual_cost="1")
    acme = {"account_id": await market.account(), "campaign_id": campaign.id}
    deal = await market.deal(**acme)
    await settled(desk, campaign, deals=1, won=0, amount="0", profit="-400")
    await market.win(deal, amount="1000.50", closed_on="2031-05-01")
    await settled(desk, campaign, won=1, amount="1000.50", customers=1, profit="600.50")
    await settled(desk, campaign, **{"return": "150.13", "cost": "400.00"})
    second = await market.win(await market.deal(**acme), amount="500", closed_on="2031-06-01")
    await settled(desk, campaign, deals=2, won=2, amount="1500.50", customers=1)
    await market.change(second, realised_amount="300")
    await settled(desk, campaign, won=2, amount="1300.50")
    await market.change(second, campaign_id=other.id)
    await settled(desk, campaign, deals=1, won=1, amount="1000.50", customers=1)
    await settled(desk, other, deals=1, won=1, amount="300", customers=0)
    await market.reopen(deal)
    await settled(desk, campaign, deals=1, won=0, amount="0", customers=0, profit="-400")
    await settled(desk, other, won=1, customers=1, cost="1.00")
    await market.delete(second)
    await settled(desk, other, deals=0, won=0, amount="0", customers=0)
    await market.restore(second)
    await settled(desk, other, deals=1, won=1, amount="300", customers=1)
    assert (await desk.now(campaign)).completion == "75.00"


async def test_figures_that_move_make_nobody_s_change_stale(desk: Desk, market: Market) -> None:
    """CA-05: whoever edits a campaign while its deals are won loses nothing."""
    campaign = await desk.campaign()
    await market.win(await market.deal(campaign_id=campaign.id), amount="10")
    await settled(desk, campaign, won=1)
    renamed = await desk.change(campaign, version=campaign.version, name="Spring, renamed")
    assert (renamed.name, renamed.won_count) == ("Spring, renamed", 1)
    with pytest.raises(Conflict):
        await desk.change(campaign, version=campaign.version, name="Autumn")
    with pytest.raises(Conflict):
        await desk.change(campaign, version=renamed.version + 1, name="Autumn")


async def test_currencies_are_never_added_up(desk: Desk, market: Market) -> None:
    """CA-05"""
    campaign = await desk.campaign(actual_cost="100", currency="EUR")
    for currency, amount in (("EUR", "150"), ("USD", "900"), ("USD", "0.25")):
        deal = await market.deal(campaign_id=campaign.id, currency=currency)
        await market.win(deal, amount=amount)
    await settled(desk, campaign, won=3, amount="150")
    won = {each.currency: each for each in (await desk.now(campaign)).won_by_currency}
    assert {name: (each.count, each.amount) for name, each in won.items()} == {
        "EUR": (1, "150"),
        "USD": (2, "900.25"),
    }
    changed = await desk.change(campaign, currency="USD", actual_cost="110")
    assert changed.won_amount == "900.25"


async def test_what_was_won_in_another_currency_is_no_loss(desk: Desk, market: Market) -> None:
    """E2: a win of RON 50,000 made a profit of EUR −100 and a return of −100 %."""  # noqa: RUF002 - the dash that stands for no number
    campaign = await desk.campaign(actual_cost="100", currency="EUR")
    deal = await market.deal(campaign_id=campaign.id, currency="RON")
    await market.win(deal, amount="50000")
    await settled(desk, campaign, won=1, amount="0")
    found = await desk.now(campaign)
    assert [found.HasField(name) for name in ("profit", "return_on_investment")] == [False] * 2
    assert [(each.currency, each.amount) for each in found.won_by_currency] == [("RON", "50000")]
    own = await desk.change(campaign, currency="RON", actual_cost="20000")
    assert (own.profit, own.return_on_investment) == ("30000", "150.00")


async def test_a_customer_won_elsewhere_before_is_not_new(desk: Desk, market: Market) -> None:
    """CA-05"""
    campaign, account = await desk.campaign(actual_cost="100"), await market.account()
    late = await market.deal(account_id=account, campaign_id=campaign.id)
    await market.win(late, closed_on="2031-05-02")
    await settled(desk, campaign, won=1, customers=1)
    early = await market.deal(account_id=account)
    await market.win(early, closed_on="2031-05-01")
    await settled(desk, campaign, won=1, customers=0)
    assert not (await desk.now(campaign)).HasField("cost_per_customer")


async def test_a_deal_that_leaves_its_campaign_leaves_the_result(
    desk: Desk, market: Market
) -> None:
    """CA-05"""
    campaign = await desk.campaign()
    deal = await market.deal(campaign_id=campaign.id)
    await settled(desk, campaign, deals=1)
    await market.change(deal, campaign_id="")
    await settled(desk, campaign, deals=0)
    await market.change(deal, name="Elsewhere")
    await market.change(deal, campaign_id=campaign.id)
    await settled(desk, campaign, deals=1)


async def test_a_deal_without_a_campaign_is_remembered_once_it_is_won(told: Told) -> None:
    """CA-05"""
    deal = str(uuid7())
    await told.deal("created", 1, deal, outcome="open")
    await told.deal("updated", 2, deal, outcome="open", name="Elsewhere")
    await told.handled()
    assert not await told.remembered(deal)
    await told.deal("updated", 3, deal, outcome="won", account_id=str(uuid7()))
    await told.handled()
    assert await told.remembered(deal)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_events_in_any_order_and_told_twice_give_the_same_result(
    desk: Desk, told: Told, order: tuple[int, ...]
) -> None:
    """CA-05"""
    campaign, deal, account = await desk.campaign(), str(uuid7()), str(uuid7())
    known = {"campaign_id": campaign.id, "account_id": account, "currency": "EUR"}
    won = known | {"outcome": "won", "realised_amount": "70", "closed_on": "2031-05-01"}
    story: list[tuple[str, int, dict[str, str]]] = [
        ("created", 1, known | {"outcome": "open"}),
        ("updated", 2, won),
        ("updated", 3, known | {"outcome": "open"}),
        ("updated", 4, won | {"realised_amount": "80"}),
    ]
    for place in order:
        what, version, facts = story[place]
        for _ in range(2):
            await told.deal(what, version, deal, **facts)
    await told.handled()
    seen = await result(desk, campaign)
    assert (seen["deals"], seen["won"], seen["amount"], seen["customers"]) == (1, 1, "80", 1)
    version = (await desk.now(campaign)).version
    await told.deal("updated", 3, deal, **story[2][2])
    await told.handled()
    assert (await desk.now(campaign)).version == version


async def test_what_is_deleted_stays_gone(desk: Desk, told: Told) -> None:
    """CA-05"""
    campaign, deal = await desk.campaign(), str(uuid7())
    facts = {"campaign_id": campaign.id, "currency": "EUR", "outcome": "open"}
    await told.deal("deleted", 2, deal)
    await told.handled()
    await told.deal("updated", 2, deal, **facts)
    await told.deal("created", 1, deal, **facts)
    await told.handled()
    assert (await desk.now(campaign)).opportunity_count == 0


async def test_a_deal_of_a_campaign_that_nobody_knows_is_no_trouble(desk: Desk, told: Told) -> None:
    facts = {
        "campaign_id": str(uuid7()),
        "outcome": "won",
        "realised_amount": "5",
        "currency": "EUR",
    }
    await told.deal("created", 1, str(uuid7()), **facts)
    await told.handled()
    assert (await desk.campaign()).opportunity_count == 0
