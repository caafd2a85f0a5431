"""Deals at the boundary: how they begin, move, end and come back, and what is kept of that."""

from typing import Any

import pytest
from crm.sales.v1 import events_pb2 as events
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.sales.v1.stage_changes_pb2_grpc import StageChangesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access import EVERYONE
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.sales.desk import Desk


async def told(serving: Serving, kind: Any, subject: str, deal: Any) -> list[Any]:
    """The events of one kind about one deal."""
    bodies = await serving.announced(subject)
    return [each for body in bodies if (each := kind.FromString(body)).opportunity_id == deal.id]


async def test_a_new_deal_stands_in_the_first_stage(desk: Desk) -> None:
    """SA-01, SA-03"""
    deal = await desk.deal()
    assert deal.stage_id == await desk.stage("Prospecting")
    assert (deal.outcome, deal.probability, deal.forecast_included) == ("open", "10", True)


async def test_a_new_deal_has_its_first_step_in_the_log(desk: Desk) -> None:
    """SA-02"""
    deal = await desk.deal()
    (first,) = await desk.log(deal)
    assert first.to_stage_id == deal.stage_id
    assert not first.HasField("from_stage_id")
    assert first.by == str(desk.actor.person_id)


async def test_a_deal_of_the_past_may_be_recorded_as_won(serving: Serving, desk: Desk) -> None:
    """SA-01"""
    won = await desk.stage("Won")
    deal = await desk.deal(
        stage_id=won, closed_on="2017-03-01", opened_on="2016-10-20", realised_amount="1054"
    )
    assert (deal.outcome, deal.closed_on, deal.realised_amount) == ("won", "2017-03-01", "1054")
    assert len(await told(serving, events.OpportunityWon, "crm.sales.opportunity.won", deal)) == 1


async def test_a_lost_deal_of_the_past_needs_no_reason(desk: Desk) -> None:
    """SA-01"""
    deal = await desk.deal(stage_id=await desk.stage("Lost"), closed_on="2017-03-01")
    assert deal.outcome == "lost"


async def test_an_unknown_stage_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as wrong:
        await desk.deal(stage_id=str(uuid7()))
    assert set(wrong.value.fields) == {"stage_id"}


async def test_an_unknown_product_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as wrong:
        await desk.deal(product_id=str(uuid7()))
    assert set(wrong.value.fields) == {"product_id"}


async def test_a_code_is_taken_once(desk: Desk) -> None:
    code = f"D-{uuid7()}"
    await desk.deal(code=code)
    with pytest.raises(Conflict) as taken:
        await desk.deal(code=code)
    assert set(taken.value.fields) == {"code"}


async def test_a_conversion_makes_one_deal(serving: Serving, desk: Desk) -> None:
    """PA-29"""
    conversion_id = await serving.keeps("parties.Conversion", keys=[EVERYONE])
    first = await desk.deal(conversion_id=conversion_id)
    again = await desk.deal(conversion_id=conversion_id, name="Another name")
    assert (again.id, again.name) == (first.id, "Fleet")
    assert len(await desk.log(first)) == 1


async def test_somebody_out_of_reach_learns_no_more_than_the_id_of_that_deal(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    conversion_id = await serving.keeps("parties.Conversion", keys=[EVERYONE])
    first = await desk.deal(conversion_id=conversion_id)
    await organisation.default("sales.Opportunity", "private")
    stranger = Desk(serving, await organisation.person("Dan"))
    again = await stranger.deal(conversion_id=conversion_id)
    await organisation.default("sales.Opportunity", "parent")
    assert again == pb.Opportunity(id=first.id, conversion_id=conversion_id)


async def test_a_move_is_kept_with_who_when_and_why(desk: Desk) -> None:
    """SA-02, SA-03, SA-13"""
    deal = await desk.deal()
    engaging = await desk.stage("Engaging")
    moved = await desk.deals.MoveStage(
        pb.MoveOpportunity(id=deal.id, stage_id=engaging, reason="They called", version=1)
    )
    assert (moved.stage_id, moved.probability, moved.reason) == (engaging, "40", "They called")
    last = (await desk.log(deal))[-1]
    assert (last.from_stage_id, last.to_stage_id) == (deal.stage_id, engaging)
    assert (last.by, last.reason) == (str(desk.actor.person_id), "They called")
    assert last.name == "Prospecting → Engaging"
    assert last.at.endswith("Z")


async def test_a_stage_that_asks_for_a_reason_gets_one(desk: Desk) -> None:
    """SA-13"""
    deal, stage = await desk.deal(), await desk.new_stage(asks_reason=True)
    with pytest.raises(Invalid) as wrong:
        await desk.deals.MoveStage(pb.MoveOpportunity(id=deal.id, stage_id=stage))
    assert set(wrong.value.fields) == {"reason"}
    assert len(await desk.log(deal)) == 1


async def test_a_stale_move_is_refused(desk: Desk) -> None:
    deal, engaging = await desk.deal(), await desk.stage("Engaging")
    await desk.deals.MoveStage(pb.MoveOpportunity(id=deal.id, stage_id=engaging))
    with pytest.raises(Conflict) as stale:
        await desk.deals.Win(pb.WinOpportunity(id=deal.id, version=1))
    assert stale.value.current is not None


async def test_a_won_deal_brings_its_estimate_unless_said(serving: Serving, desk: Desk) -> None:
    """SA-02, SA-10"""
    deal = await desk.deal(amount="1000.50")
    won = await desk.deals.Win(pb.WinOpportunity(id=deal.id, closed_on="2031-05-01"))
    assert (won.outcome, won.realised_amount, won.probability) == ("won", "1000.50", "100")
    assert won.closed_on == "2031-05-01"
    (event,) = await told(serving, events.OpportunityWon, "crm.sales.opportunity.won", deal)
    assert (event.realised_amount, event.currency) == ("1000.50", "EUR")


async def test_a_deal_without_any_value_is_not_won(desk: Desk) -> None:
    """SA-10"""
    deal = await desk.deals.Create(pb.Opportunity(name="Unpriced"))
    with pytest.raises(Invalid) as wrong:
        await desk.deals.Win(pb.WinOpportunity(id=deal.id))
    assert set(wrong.value.fields) == {"realised_amount"}


async def test_a_deal_is_lost_for_a_reason(serving: Serving, desk: Desk) -> None:
    """SA-13"""
    deal = await desk.deal()
    with pytest.raises(Invalid) as wrong:
        await desk.deals.Lose(pb.LoseOpportunity(id=deal.id))
    assert set(wrong.value.fields) == {"reason"}
    lost = await desk.deals.Lose(pb.LoseOpportunity(id=deal.id, reason="Too dear"))
    assert (lost.outcome, lost.reason, lost.probability) == ("lost", "Too dear", "0")
    (event,) = await told(serving, events.OpportunityLost, "crm.sales.opportunity.lost", deal)
    assert event.reason == "Too dear"


async def test_a_deal_that_has_ended_does_not_move(desk: Desk) -> None:
    """SA-02"""
    deal = await desk.deal()
    await desk.deals.Win(pb.WinOpportunity(id=deal.id))
    move = pb.MoveOpportunity(id=deal.id, stage_id=await desk.stage("Engaging"))
    with pytest.raises(Refused):
        await desk.deals.MoveStage(move)
    with pytest.raises(Refused):
        await desk.deals.Win(pb.WinOpportunity(id=deal.id))


async def test_a_deal_comes_back_to_its_last_open_stage(serving: Serving, desk: Desk) -> None:
    """SA-02"""
    deal, negotiating = await desk.deal(), await desk.stage("Negotiating")
    await desk.deals.MoveStage(pb.MoveOpportunity(id=deal.id, stage_id=negotiating))
    await desk.deals.Lose(pb.LoseOpportunity(id=deal.id, reason="Silence"))
    back = await desk.deals.Reopen(pb.ReopenOpportunity(id=deal.id, reason="They wrote"))
    assert (back.outcome, back.stage_id, back.reason) == ("open", negotiating, "They wrote")
    assert not back.HasField("closed_on")
    names = [each.name for each in await desk.log(deal)]
    assert names[1:] == ["Prospecting → Negotiating", "Negotiating → Lost", "Lost → Negotiating"]
    subject = "crm.sales.opportunity.reopened"
    assert len(await told(serving, events.OpportunityReopened, subject, deal)) == 1


async def test_an_open_deal_is_not_reopened(desk: Desk) -> None:
    deal = await desk.deal()
    with pytest.raises(Refused):
        await desk.deals.Reopen(pb.ReopenOpportunity(id=deal.id))


async def test_the_stage_changes_by_verbs_alone(desk: Desk) -> None:
    """SA-03"""
    deal = await desk.deal()
    patch = pb.OpportunityPatch(
        record=pb.Opportunity(id=deal.id, stage_id=await desk.stage("Won")),
        mask={"paths": ["stage_id"]},
    )
    with pytest.raises(Invalid) as wrong:
        await desk.deals.Update(patch)
    assert set(wrong.value.fields) == {"stage_id"}


async def test_who_may_not_see_a_deal_may_not_see_its_log_nor_move_it(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    """SA-02"""
    deal = await desk.deal()
    await organisation.default("sales.Opportunity", "private")
    stranger = Desk(serving, await organisation.person("Dan"))
    with pytest.raises(NotFound):
        await stranger.log(deal)
    with pytest.raises(NotFound):
        await stranger.deals.Win(pb.WinOpportunity(id=deal.id))
    await organisation.default("sales.Opportunity", "read")
    assert len(await stranger.log(deal)) == 1
    with pytest.raises(Denied):
        await stranger.deals.Win(pb.WinOpportunity(id=deal.id))
    await organisation.default("sales.Opportunity", "edit")


async def test_the_whole_log_is_seen_by_whoever_sees_the_deal(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    """SA-02, S13: the log is as private as the deal."""
    deal = await desk.deal()
    mine = serving.stub(StageChangesStub, desk.actor)
    asked = standard_pb2.ListRequest(filter=f'opportunity_id = "{deal.id}"')
    others = serving.stub(StageChangesStub, await organisation.person("Dan"))
    assert len((await others.List(asked)).items) == 1
    await organisation.default("sales.Opportunity", "private")
    assert len((await mine.List(asked)).items) == 1
    assert not (await others.List(asked)).items
    await organisation.default("sales.Opportunity", "parent")


async def test_a_restored_deal_has_its_log_again(serving: Serving, desk: Desk) -> None:
    """B2"""
    deal = await desk.deal()
    await desk.deals.Delete(standard_pb2.DeleteRequest(id=deal.id))
    with pytest.raises(NotFound):
        await desk.log(deal)
    beside = serving.stub(RecordsStub, desk.actor)
    await beside.Restore(records_pb2.RestoreRequest(entity="sales.Opportunity", id=deal.id))
    assert len(await desk.log(deal)) == 1


async def test_the_same_call_made_again_moves_once(serving: Serving, desk: Desk) -> None:
    """SA-03"""
    deal = await desk.deal()
    won = [await desk.deals.Win(pb.WinOpportunity(id=deal.id), key=deal.id) for _ in range(2)]
    assert won[0] == won[1]
    assert len(await desk.log(deal)) == 2


async def test_the_gateway_gets_ready_json(serving: Serving, desk: Desk) -> None:
    deal = await desk.deal()
    ready = serving.stub(OpportunitiesStub, desk.actor, json=True)
    won = await ready.Win(pb.WinOpportunity(id=deal.id))
    assert b'"outcome":"won"' in won.json


async def test_amounts_fit_the_smallest_unit_of_their_currency(desk: Desk) -> None:
    """E1: given with the deal or with its ending."""
    for currency, amount in (("JPY", "1.5"), ("EUR", "1.005"), ("KWD", "1.0005")):
        with pytest.raises(Invalid) as refused:
            await desk.deal(currency=currency, amount=amount)
        assert set(refused.value.fields) == {"amount"}
    deal = await desk.deal(currency="KWD", amount="1.005")
    with pytest.raises(Invalid) as refused:
        await desk.deals.Win(pb.WinOpportunity(id=deal.id, amount="1.0005"))
    assert set(refused.value.fields) == {"realised_amount"}


async def test_the_currency_of_a_won_deal_does_not_change_under_its_value(desk: Desk) -> None:
    """E1"""
    deal = await desk.deal(currency="EUR", amount="1000")
    await desk.deals.Win(pb.WinOpportunity(id=deal.id))
    record = pb.Opportunity(id=deal.id, currency="RON", amount="5000")
    change = pb.OpportunityPatch(record=record, mask={"paths": ["currency", "amount"]})
    with pytest.raises(Invalid) as refused:
        await desk.deals.Update(change)
    assert set(refused.value.fields) == {"currency"}
    assert "Realised value" in refused.value.fields["currency"]


async def test_a_stage_without_an_outcome_is_refused(desk: Desk) -> None:
    """C8: what people have to fill in is judged before rules go by it."""
    with pytest.raises(Invalid) as refused:
        await desk.new_stage(outcome="")
    assert set(refused.value.fields) == {"outcome"}
