"""What a campaign's result says, and what a campaign refuses."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from kit.actor import Actor
from kit.entity import Audience
from kit.errors import Invalid, Refused
from services.campaigns.model.campaigns import Campaign, Status, WonAmount

SYSTEM = Actor.system("test")


def a_campaign(**given: object) -> Campaign:
    campaign = Campaign(**{"name": "Spring fair", **given})
    campaign.prepare(SYSTEM)
    campaign.check()
    return campaign


def won(currency: str, amount: int) -> WonAmount:
    return WonAmount(currency=currency, count=1, amount=Decimal(amount))


def test_the_result_follows_from_cost_and_won_value() -> None:
    """CA-05"""
    campaign = a_campaign(
        actual_cost=Decimal(400),
        won_by_currency=[won("EUR", 1000)],
        new_customers=4,
        planned_actions=8,
        done_actions=6,
    )
    assert campaign.profit == 600
    assert campaign.return_on_investment == Decimal("150.00")
    assert campaign.cost_per_customer == 100
    assert campaign.completion == Decimal("75.00")


def test_a_loss_is_a_negative_return() -> None:
    """CA-05"""
    campaign = a_campaign(actual_cost=Decimal(300), won_by_currency=[won("EUR", 100)])
    assert campaign.return_on_investment == Decimal("-66.67")


def test_what_cannot_be_known_stays_empty() -> None:
    """CA-05"""
    campaign = a_campaign()
    figures = (campaign.profit, campaign.return_on_investment)
    assert (*figures, campaign.cost_per_customer, campaign.completion) == (None,) * 4
    assert a_campaign(actual_cost=Decimal(0)).return_on_investment is None


def test_an_emptied_figure_does_not_stop_the_reckoning() -> None:
    assert a_campaign(planned_actions=None, done_actions=None).completion is None


def test_another_currency_is_never_added_up() -> None:
    """CA-05"""
    campaign = a_campaign(won_by_currency=[won("EUR", 100), won("USD", 900)])
    assert campaign.won_amount == 100
    campaign.currency = "USD"
    campaign.prepare(SYSTEM)
    assert campaign.won_amount == 900


def test_a_campaign_ends_after_it_starts() -> None:
    """CA-04"""
    with pytest.raises(Invalid) as wrong:
        a_campaign(starts_on=date(2026, 5, 2), ends_on=date(2026, 5, 1))
    assert set(wrong.value.fields) == {"ends_on"}


@pytest.mark.parametrize(
    ("states", "answers", "field"),
    [([], [], "member_states"), (["Sent"], ["Bought"], "responded_states")],
)
def test_answers_are_among_the_states(states: list[str], answers: list[str], field: str) -> None:
    """CA-19"""
    with pytest.raises(Invalid) as wrong:
        a_campaign(member_states=states, responded_states=answers)
    assert set(wrong.value.fields) == {field}


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_an_ended_campaign_takes_no_more_members(status: Status) -> None:
    campaign = a_campaign(status=status)
    with pytest.raises(Refused, match="no more members"):
        campaign.admit()


@pytest.mark.parametrize("used", [{"member_count": 1}, {"opportunity_count": 1}])
def test_a_campaign_that_reached_somebody_stays(used: dict[str, int]) -> None:
    campaign = a_campaign(**used)
    with pytest.raises(Refused, match="cancel it instead"):
        campaign.removing()


def test_an_unused_campaign_may_go() -> None:
    a_campaign().removing()


def test_whoever_answers_for_a_campaign_may_edit_it() -> None:
    """CA-04"""
    person: UUID = uuid4()
    assert list(a_campaign(responsible_ids=[person]).audience()) == [Audience("person", person)]
