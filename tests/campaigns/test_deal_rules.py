"""A campaign's sums are right however often and in whatever order sales tells its deals."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.deals import CampaignDeal, DealFacts, Outcome, follow

SPRING, AUTUMN = UUID(int=1), UUID(int=2)
ACME, GLOBEX = UUID(int=11), UUID(int=12)


class Story:
    """Two campaigns and the deals heard of so far, as the consumer would load them."""

    def __init__(self) -> None:
        self.campaigns = {
            each: Campaign(id=each, name="C", currency="EUR") for each in (SPRING, AUTUMN)
        }
        self.deals: dict[UUID, CampaignDeal] = {}

    def tell(self, *told: DealFacts) -> "Story":
        for facts in told:
            deal = self.deals.setdefault(
                facts.opportunity_id, CampaignDeal.unheard(facts.opportunity_id)
            )
            accounts = {deal.account_id, facts.account_id} - {None}
            kin = [each for each in self.deals.values() if each.account_id in accounts]
            follow(facts, deal, kin, self.campaigns)
        return self

    def sums(self) -> list[tuple[object, ...]]:
        return [
            (
                each.opportunity_count,
                each.won_count,
                each.won_amount,
                each.new_customers,
                [(row.currency, row.count, row.amount) for row in each.won_by_currency],
            )
            for each in self.campaigns.values()
        ]


def facts(deal: int, version: int, outcome: Outcome, **given: object) -> DealFacts:
    known = {"campaign_id": SPRING, "account_id": ACME, "amount": Decimal(100), "currency": "EUR"}
    return DealFacts(UUID(int=deal), version, outcome, **{**known, **given})  # type: ignore[arg-type]  # the facts by name


def test_a_won_deal_counts_for_its_campaign() -> None:
    """CA-05, CA-06"""
    spring = Story().tell(facts(1, 1, Outcome.OPEN), facts(1, 2, Outcome.WON)).campaigns[SPRING]
    assert (spring.opportunity_count, spring.won_count, spring.won_amount) == (1, 1, Decimal(100))


def test_order_and_repetition_change_nothing() -> None:
    """CA-06"""
    told = (
        facts(1, 1, Outcome.OPEN),
        facts(1, 2, Outcome.WON, amount=Decimal(250)),
        facts(1, 3, Outcome.WON, amount=Decimal(300), campaign_id=AUTUMN),
        facts(2, 1, Outcome.WON, currency="USD"),
    )
    expected = Story().tell(*told).sums()
    for order in permutations((*told, told[1])):
        assert Story().tell(*order).sums() == expected


def test_a_deal_that_moves_leaves_nothing_behind() -> None:
    """CA-06"""
    story = Story().tell(facts(1, 1, Outcome.WON), facts(1, 2, Outcome.WON, campaign_id=AUTUMN))
    assert story.sums()[0] == (0, 0, 0, 0, [])
    assert story.campaigns[AUTUMN].won_amount == 100


def test_a_deleted_deal_stays_gone() -> None:
    """CA-06"""
    gone = facts(1, 3, Outcome.GONE, campaign_id=None, account_id=None)
    story = Story().tell(facts(1, 2, Outcome.WON), gone, facts(1, 1, Outcome.OPEN))
    assert story.sums()[0] == (0, 0, 0, 0, [])


def test_currencies_are_kept_apart() -> None:
    """CA-05"""
    story = Story().tell(facts(1, 1, Outcome.WON), facts(2, 1, Outcome.WON, currency="USD"))
    spring = story.campaigns[SPRING]
    assert (spring.won_count, spring.won_amount) == (2, Decimal(100))
    assert {row.currency: row.amount for row in spring.won_by_currency} == {"EUR": 100, "USD": 100}


def test_only_the_first_purchase_wins_a_customer() -> None:
    """CA-05"""
    first = facts(1, 1, Outcome.WON, closed_on=date(2026, 1, 1), campaign_id=None)
    second = facts(2, 1, Outcome.WON, closed_on=date(2026, 2, 1))
    other = facts(3, 1, Outcome.WON, closed_on=date(2026, 2, 1), account_id=GLOBEX)
    assert Story().tell(first, second, other).campaigns[SPRING].new_customers == 1


def test_an_earlier_purchase_heard_of_late_takes_the_customer_over() -> None:
    """CA-05"""
    late = facts(1, 1, Outcome.WON, closed_on=date(2026, 1, 1), campaign_id=AUTUMN)
    story = Story().tell(facts(2, 1, Outcome.WON, closed_on=date(2026, 2, 1)), late)
    assert [each.new_customers for each in story.campaigns.values()] == [0, 1]


FACTS = st.builds(
    facts,
    st.integers(1, 4),
    st.integers(1, 4),
    outcome=st.sampled_from(Outcome),
    campaign_id=st.sampled_from([SPRING, AUTUMN, None]),
    account_id=st.sampled_from([ACME, GLOBEX, None]),
    amount=st.sampled_from([None, Decimal("12.5"), Decimal(100)]),
    currency=st.sampled_from(["EUR", "USD"]),
    closed_on=st.sampled_from([None, date(2026, 1, 1), date(2026, 2, 1)]),
)


@given(st.lists(FACTS, max_size=12, unique_by=lambda told: (told.opportunity_id, told.version)))
def test_the_sums_are_those_of_the_latest_versions(told: list[DealFacts]) -> None:
    """CA-06"""
    latest = {each.opportunity_id: each for each in sorted(told, key=lambda each: each.version)}
    assert Story().tell(*told).sums() == Story().tell(*latest.values()).sums()


def test_a_deal_of_an_unknown_campaign_is_only_remembered() -> None:
    story = Story().tell(facts(1, 1, Outcome.WON, campaign_id=uuid4()))
    assert story.sums() == [(0, 0, 0, 0, [])] * 2
