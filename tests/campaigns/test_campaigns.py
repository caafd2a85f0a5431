"""Campaigns and their members over gRPC."""

import asyncio

import pytest
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.campaigns.desk import Desk
from tests.campaigns.others import Told


async def test_a_campaign_is_planned_with_all_that_accounts_for_it(desk: Desk, ana: Actor) -> None:
    """CA-01, CA-02, CA-03, CA-04"""
    said = {
        "goal_type": "image",
        "type": "fair",
        "status": "active",
        "starts_on": "2031-03-01",
        "ends_on": "2031-05-31",
        "goals": "200 visitors",
        "assumptions": "The hall opens in time",
        "plan": "Invite, show, call",
        "target_audience": "Printers in Banat",
        "responsible_ids": [ana.name],
        "currency": "RON",
        "budget": "5000.50",
        "actual_cost": "4000.25",
        "expected_revenue": "20000",
        "planned_actions": 8,
        "done_actions": 6,
        "settlement": "Paid in full",
    }
    made = await desk.campaign(**said)
    found = await desk.now(made)
    assert {name: getattr(found, name) for name in said} == said
    assert list(found.member_states) == ["Planned", "Sent", "Confirmed", "Rejected", "Interest"]
    assert (found.completion, found.won_amount, found.profit) == ("75.00", "0", "-4000.25")


async def test_whoever_answers_for_a_campaign_may_change_it(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    """CA-04"""
    await organisation.default("campaigns.Campaign", "private")
    bob, eva = await organisation.person("Bob"), await organisation.person("Eva")
    campaign = await desk.campaign(responsible_ids=[bob.name])
    changed = await Desk(serving, bob).change(campaign, plan="Ours")
    with pytest.raises(NotFound):
        await Desk(serving, eva).change(campaign, plan="Mine")
    with pytest.raises(Invalid) as wrong:
        await Desk(serving, eva).join(campaign)
    await organisation.default("campaigns.Campaign", "edit")
    assert changed.plan == "Ours"
    assert set(wrong.value.fields) == {"campaign_id"}


async def test_members_are_counted_as_they_come_answer_and_go(desk: Desk) -> None:
    """CA-19"""
    campaign = await desk.campaign()
    first, second = await desk.join(campaign), await desk.join(campaign, lead_id=await desk.lead())
    assert (first.state, await desk.counts(campaign)) == ("Planned", (2, 0))
    await desk.state(first, "Sent")
    answered = await desk.state(first, "Confirmed")
    assert answered.HasField("responded_at")
    assert await desk.counts(campaign) == (2, 1)
    await desk.members.Delete(standard_pb2.DeleteRequest(id=first.id))
    assert await desk.counts(campaign) == (1, 0)
    await desk.members.Delete(standard_pb2.DeleteRequest(id=second.id))
    assert await desk.counts(campaign) == (0, 0)


async def test_every_state_is_logged_with_who_and_when(desk: Desk, ana: Actor) -> None:
    """CA-19"""
    campaign = await desk.campaign(member_states=["Asked", "Came"], responded_states=["Came"])
    member = await desk.join(campaign)
    await desk.state(member, "Came")
    again = await desk.state(member, "Came")
    assert [(each.state, each.by) for each in again.state_log] == [
        ("Asked", ana.name),
        ("Came", ana.name),
    ]
    assert again.version == 2


async def test_the_same_state_set_at_once_is_logged_once(desk: Desk) -> None:
    """CA-19"""
    member = await desk.join(await desk.campaign())
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(desk.state(member, "Interest"))
    assert [each.state for each in (await desk.member(member)).state_log] == ["Planned", "Interest"]


async def test_a_member_can_only_be_in_the_campaign_s_states(desk: Desk) -> None:
    """CA-19"""
    campaign = await desk.campaign(member_states=["Asked"])
    member = await desk.join(campaign)
    with pytest.raises(Invalid, match="choose one of: Asked"):
        await desk.state(member, "Confirmed")
    with pytest.raises(Invalid) as wrong:
        await desk.join(campaign, contact_id=await desk.contact(), state="Confirmed")
    assert set(wrong.value.fields) == {"state"}


async def test_a_state_in_use_is_not_taken_out(desk: Desk) -> None:
    """CA-19"""
    campaign = await desk.campaign()
    await desk.state(await desk.join(campaign), "Sent")
    fewer = {"member_states": ["Planned", "Confirmed"], "responded_states": ["Confirmed"]}
    with pytest.raises(Refused) as refused:
        await desk.change(campaign, **fewer)
    assert "1 member is in the state 'Sent'" in refused.value.fields["member_states"]
    unused = {"member_states": ["Sent", "Planned"], "responded_states": ["Sent"]}
    assert list((await desk.change(campaign, **unused)).member_states) == ["Sent", "Planned"]


async def test_nobody_is_a_member_twice(desk: Desk) -> None:
    """CA-19"""
    campaign, contact, lead = await desk.campaign(), await desk.contact(), await desk.lead()
    await desk.join(campaign, contact_id=contact)
    await desk.join(campaign, lead_id=lead)
    with pytest.raises(Conflict) as known:
        await desk.join(campaign, contact_id=contact)
    assert set(known.value.fields) == {"contact_id"}
    with pytest.raises(Conflict) as same:
        await desk.join(campaign, lead_id=lead)
    assert set(same.value.fields) == {"lead_id"}
    with pytest.raises(Invalid):
        await desk.join(campaign, contact_id=await desk.contact(), lead_id=await desk.lead())


async def test_many_are_added_at_once_and_who_is_there_stays(desk: Desk) -> None:
    """CA-19"""
    campaign = await desk.campaign()
    contacts = [await desk.contact() for _ in range(30)]
    leads = [await desk.lead() for _ in range(20)]
    await desk.join(campaign, contact_id=contacts[0])
    key = str(uuid7())
    assert await desk.add(campaign, key, contact_ids=contacts, lead_ids=leads) == (49, 1)
    assert await desk.add(campaign, key, contact_ids=contacts, lead_ids=leads) == (49, 1)
    assert await desk.add(campaign, contact_ids=contacts) == (0, 30)
    assert await desk.counts(campaign) == (50, 0)


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        ({"contact_ids": ["Ana"]}, "contact_ids"),
        ({"lead_ids": ["Ana"]}, "lead_ids"),
        ({"contact_ids": [str(uuid7()) for _ in range(1_001)]}, "contact_ids"),
    ],
)
async def test_who_is_added_is_named_by_id(
    desk: Desk, ids: dict[str, list[str]], field: str
) -> None:
    campaign = await desk.campaign()
    with pytest.raises(Invalid) as wrong:
        await desk.add(campaign, **ids)
    assert set(wrong.value.fields) == {field}


async def test_members_who_join_at_once_are_all_counted(desk: Desk) -> None:
    """CA-19"""
    campaign = await desk.campaign()
    contacts = [await desk.contact() for _ in range(10)]
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(desk.join(campaign))
        for _ in range(3):
            group.create_task(desk.add(campaign, contact_ids=contacts))
    assert await desk.counts(campaign) == (20, 0)


async def test_a_campaign_is_never_part_of_itself(desk: Desk) -> None:
    whole = await desk.campaign()
    part = await desk.campaign(parent_id=whole.id)
    with pytest.raises(Invalid) as circle:
        await desk.change(whole, parent_id=(await desk.campaign(parent_id=part.id)).id)
    assert set(circle.value.fields) == {"parent_id"}
    assert (await desk.change(part, parent_id=(await desk.campaign()).id)).version == 2


async def test_an_ended_campaign_takes_no_more_members(desk: Desk) -> None:
    campaign = await desk.campaign(status="completed")
    for joining in (desk.join(campaign), desk.add(campaign, contact_ids=[await desk.contact()])):
        with pytest.raises(Refused, match="no more members"):
            await joining


async def test_a_campaign_with_members_stays(desk: Desk) -> None:
    campaign = await desk.campaign()
    await desk.join(campaign)
    with pytest.raises(Refused, match="cancel it instead"):
        await desk.campaigns.Delete(standard_pb2.DeleteRequest(id=campaign.id))


async def test_whoever_may_only_read_a_campaign_adds_nobody(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    campaign = await desk.campaign()
    await organisation.default("campaigns.Campaign", "read")
    bob = Desk(serving, await organisation.person("Bob"))
    for joining in (bob.join(campaign), bob.add(campaign, contact_ids=[await desk.contact()])):
        with pytest.raises(Denied):
            await joining
    await organisation.default("campaigns.Campaign", "edit")


async def test_a_converted_lead_goes_on_as_the_contact_it_became(desk: Desk, told: Told) -> None:
    """CA-19"""
    lead, contact = await desk.lead(), await desk.contact()
    spring, autumn = await desk.campaign(), await desk.campaign()
    member = await desk.state(await desk.join(spring, lead_id=lead), "Interest")
    both = await desk.join(autumn, lead_id=lead)
    await desk.join(autumn, contact_id=contact)
    await told.converted(lead, contact)
    await told.handled()
    became = await desk.member(member)
    assert (became.contact_id, became.HasField("lead_id")) == (contact, False)
    assert [each.state for each in became.state_log] == ["Planned", "Interest"]
    assert (await desk.member(both)).lead_id == lead
    assert (await desk.counts(spring), await desk.counts(autumn)) == ((1, 1), (2, 0))
    await told.converted(lead, contact)
    await told.handled()
    assert (await desk.member(member)).version == became.version


async def test_a_lead_that_became_no_person_stays_a_member(desk: Desk, told: Told) -> None:
    lead = await desk.lead()
    member = await desk.join(await desk.campaign(), lead_id=lead)
    await told.converted(lead, None)
    await told.handled()
    assert (await desk.member(member)).lead_id == lead
