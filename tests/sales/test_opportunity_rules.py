"""How a deal moves and ends, and what it tells."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from crm.sales.v1 import events_pb2 as events

from kit.actor import Actor
from kit.entity import Before
from kit.errors import Invalid, Refused
from kit.ids import uuid7
from services.sales.model.opportunities import Opportunity
from services.sales.model.stages import Outcome, Stage

AT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
WHO: dict[str, Any] = {"by": "somebody", "at": AT}

PROSPECTING = Stage(name="Prospecting", probability=Decimal(10))
ENGAGING = Stage(name="Engaging", probability=Decimal(40))
WON = Stage(name="Won", outcome=Outcome.WON, probability=Decimal(100))
LOST = Stage(name="Lost", outcome=Outcome.LOST, probability=Decimal(0), asks_reason=True)


def a_deal(stage: Stage = PROSPECTING, **given: Any) -> Opportunity:
    known = {"name": "Acme", "amount": Decimal(1000), "owner_id": uuid7(), "campaign_id": uuid7()}
    deal = Opportunity(**(known | given))
    deal.enter(stage, **WHO)
    deal.prepare(Actor.system("test"))
    return deal


def before(deal: Opportunity) -> Before:
    return Before(**{name: getattr(deal, name) for name in Opportunity.fields})


def told(deal: Opportunity, was: Before | None) -> list[Any]:
    deal.changed(was)
    return deal.announced()


def wrong_fields(deal: Opportunity) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        deal.check()
    return set(refusal.value.fields)


def test_a_new_deal_is_as_likely_as_its_stage() -> None:
    """SA-10"""
    assert (a_deal().probability, a_deal(probability=Decimal(25)).probability) == (
        Decimal(10),
        Decimal(25),
    )


def test_a_deal_without_a_name_is_called_by_its_code() -> None:
    assert a_deal(name="", code="D-7").name == "D-7"


def test_every_move_is_logged_with_who_when_and_why() -> None:
    """SA-02, SA-03, SA-13"""
    deal = a_deal()
    log = deal.move(PROSPECTING, ENGAGING, **WHO, reason="They answered")
    assert (log.name, log.by, log.at) == ("Prospecting → Engaging", "somebody", AT)
    assert (log.from_stage_id, log.to_stage_id) == (PROSPECTING.id, ENGAGING.id)
    assert (log.reason, deal.reason) == ("They answered", "They answered")
    assert (log.opportunity_id, log.owner_id) == (deal.id, deal.owner_id)


def test_a_stage_that_asks_for_a_reason_gets_one() -> None:
    """SA-13"""
    deal = a_deal()
    with pytest.raises(Invalid) as refusal:
        deal.move(PROSPECTING, LOST, **WHO)
    assert list(refusal.value.fields) == ["reason"]
    assert deal.stage_id == PROSPECTING.id


def test_a_won_deal_brought_what_it_was_estimated_to_unless_said_otherwise() -> None:
    """SA-10"""
    deal, other = a_deal(), a_deal()
    deal.move(PROSPECTING, WON, **WHO)
    other.move(PROSPECTING, WON, **WHO, amount=Decimal(900), closed_on=date(2030, 1, 2))
    assert (deal.realised_amount, deal.probability) == (Decimal(1000), Decimal(100))
    assert (other.realised_amount, other.closed_on) == (Decimal(900), date(2030, 1, 2))


def test_a_deal_is_not_won_without_a_value() -> None:
    """SA-10"""
    deal = a_deal(amount=None)
    deal.move(PROSPECTING, WON, **WHO)
    assert wrong_fields(deal) == {"realised_amount"}


def test_a_deal_that_has_ended_does_not_move() -> None:
    deal = a_deal(WON)
    with pytest.raises(Refused, match="reopen"):
        deal.move(WON, LOST, **WHO, reason="Second thoughts")


def test_a_deal_moves_to_another_stage() -> None:
    with pytest.raises(Refused, match="already"):
        a_deal().move(PROSPECTING, PROSPECTING, **WHO)


def test_a_reopened_deal_forgets_how_it_ended() -> None:
    deal = a_deal(WON)
    deal.reopen(WON, ENGAGING, **WHO, reason="They sent it back")
    deal.check()
    assert (deal.outcome, deal.closed_on, deal.realised_amount) == ("open", None, None)


def test_only_what_has_ended_is_reopened_and_only_into_an_open_stage() -> None:
    with pytest.raises(Refused):
        a_deal().reopen(PROSPECTING, ENGAGING, **WHO)
    with pytest.raises(Invalid, match="open stage"):
        a_deal(WON).reopen(WON, LOST, **WHO)


def test_a_deal_of_the_past_keeps_its_days_and_values() -> None:
    """SA-01"""
    past = {"opened_on": date(2016, 10, 20), "closed_on": date(2017, 3, 1), "amount": None}
    won = a_deal(WON, **past, realised_amount=Decimal(1054))
    lost = a_deal(LOST, **past, realised_amount=Decimal(0))
    won.check()
    lost.check()
    assert (won.realised_amount, won.closed_on) == (Decimal(1054), date(2017, 3, 1))
    assert (lost.realised_amount, lost.outcome) == (Decimal(0), "lost")


@pytest.mark.parametrize(
    ("stage", "given", "fields"),
    [
        (PROSPECTING, {"amount": Decimal(-1)}, {"amount"}),
        (PROSPECTING, {"currency": None}, {"currency"}),
        (LOST, {"realised_amount": Decimal(5)}, {"realised_amount"}),
        (WON, {"opened_on": date(2026, 2, 1), "closed_on": date(2026, 1, 1)}, {"closed_on"}),
    ],
)
def test_a_deal_that_makes_no_sense_is_refused(
    stage: Stage, given: dict[str, Any], fields: set[str]
) -> None:
    assert wrong_fields(a_deal(stage, **given)) == fields


def test_an_open_deal_has_no_realised_value() -> None:
    """SA-10"""
    deal = a_deal()
    deal.realised_amount = Decimal(5)
    assert wrong_fields(deal) == {"realised_amount"}


def test_a_deal_recorded_as_won_tells_so() -> None:
    (event,) = told(deal := a_deal(WON), None)
    assert isinstance(event, events.OpportunityWon)
    assert (event.campaign_id, event.realised_amount) == (str(deal.campaign_id), "1000")


def test_winning_tells_the_move_and_the_win() -> None:
    deal = a_deal()
    was = before(deal)
    deal.move(PROSPECTING, WON, **WHO)
    assert [type(event) for event in told(deal, was)] == [
        events.OpportunityStageMoved,
        events.OpportunityWon,
    ]


def test_losing_and_reopening_are_told() -> None:
    deal = a_deal()
    was = before(deal)
    deal.move(PROSPECTING, LOST, **WHO, reason="Too dear")
    lost = told(deal, was)[-1]
    assert isinstance(lost, events.OpportunityLost)
    assert lost.reason == "Too dear"
    was = before(deal)
    deal.reopen(LOST, ENGAGING, **WHO)
    reopened = told(deal, was)[-1]
    assert isinstance(reopened, events.OpportunityReopened)
    assert reopened.former_outcome == "lost"


def test_correcting_a_won_deal_tells_its_value_and_its_former_campaign() -> None:
    deal = a_deal(WON)
    was = before(deal)
    deal.campaign_id = UUID(int=7)
    (event,) = told(deal, was)
    assert isinstance(event, events.OpportunityRevalued)
    assert (event.campaign_id, event.former_campaign_id) == (str(UUID(int=7)), str(was.campaign_id))


def test_a_change_that_means_nothing_to_others_is_not_told() -> None:
    deal = a_deal(WON)
    was = before(deal)
    deal.next_step = "Say thank you"
    assert told(deal, was) == []
