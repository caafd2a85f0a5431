"""PA-29, CA-03: campaigns are merged with their members and deals, and have their own again."""

from typing import Any

import pytest
from crm.campaigns.v1 import members_pb2
from crm.v1 import merges_pb2 as pb
from crm.v1 import standard_pb2

from kit.errors import Moved, Refused
from kit.testing.organisation import ALL, TestOrganisation
from tests.entities.cases import CASES
from tests.entities.factories import Office
from tests.entities.test_erasing import age, empty
from tests.entities.test_merging import CONTACT, DEAL, MEMBER, get, merge, merging, undo
from tests.waiting import until

CAMPAIGN = CASES["campaigns.Campaign"]


async def members(office: Office, campaign: Any) -> tuple[dict[str, str], int, int]:
    """Those of a campaign with their states, and how many it says it has and have answered."""
    asked = standard_pb2.ListRequest(filter=f'campaign_id = "{campaign.id}"')
    listed = (await office.stub(MEMBER).List(asked)).items
    now = await get(office, CAMPAIGN, campaign)
    return {each.id: each.state for each in listed}, now.member_count, now.responded_count


async def joining(office: Office, campaign: Any, person: Any, **more: Any) -> Any:
    return await office.make(MEMBER, campaign_id=campaign.id, contact_id=person.id, **more)


async def test_of_campaigns_the_members_come_along_and_go_back_each_to_its_own(
    office: Office,
) -> None:
    """PA-29, CA-03: who is in both is one member afterwards, as far as the one of both that went further."""
    kept, other = await office.make(CAMPAIGN), await office.make(CAMPAIGN)
    people = [await office.make(CONTACT) for _ in range(3)]

    both = (
        await joining(office, kept, people[0]),
        await joining(office, other, people[0], state="Sent", note="called"),
    )
    answer = members_pb2.SetStateRequest(id=both[1].id, state="Confirmed")
    answered = await office.stub(MEMBER).SetState(answer)
    own, comes = await joining(office, kept, people[1]), await joining(office, other, people[2])
    asked = pb.ReferringRequest(entity=str(CAMPAIGN), ids=[other.id], into=kept.id)
    [told] = (await merging(office, CAMPAIGN).Referring(asked)).items
    assert (told.holder, told.count, told.joined) == (str(MEMBER), 2, 1)

    before = [await members(office, each) for each in (kept, other)]
    merged = await merge(office, CAMPAIGN, kept, other)
    one = {both[0].id: "Confirmed", own.id: "Planned", comes.id: "Planned"}
    assert await members(office, kept) == (one, 3, 1)
    joined = await get(office, MEMBER, both[0])
    assert (joined.note, joined.responded_at) == ("called", answered.responded_at)
    assert [each.state for each in joined.state_log] == ["Planned", "Sent", "Confirmed"]
    with pytest.raises(Moved) as moved:
        await get(office, MEMBER, both[1])
    assert str(moved.value.moved_to) == both[0].id
    await undo(office, CAMPAIGN, kept, merged)
    assert [await members(office, each) for each in (kept, other)] == before
    again = await get(office, MEMBER, both[1])
    assert (again.note, list(again.state_log)) == ("called", list(answered.state_log))
    assert (await get(office, MEMBER, both[0])).note == ""


async def test_what_was_changed_of_a_member_of_both_is_kept_and_told(office: Office) -> None:
    kept, other, person = [await office.make(each) for each in (CAMPAIGN, CAMPAIGN, CONTACT)]
    first, second = [
        await office.make(MEMBER, campaign_id=each.id, contact_id=person.id, note=note)
        for each, note in ((kept, ""), (other, "called"))
    ]
    merged = await merge(office, CAMPAIGN, kept, other)
    edited = MEMBER.message(id=first.id, note="called twice")
    await office.stub(MEMBER).Update(MEMBER.patch(record=edited, mask={"paths": ["note"]}))
    await undo(office, CAMPAIGN, kept, merged)
    notes = [(await get(office, MEMBER, each)).note for each in (first, second)]
    assert notes == ["called twice", "called"]
    asked = pb.ReferringRequest(entity=str(CAMPAIGN), ids=[other.id])
    left = (await merging(office, CAMPAIGN).Referring(asked)).left
    assert [(each.id, each.state) for each in left] == [(first.id, "changed")]


async def test_members_come_along_in_states_that_the_survivor_knows(office: Office) -> None:
    kept, other = await office.make(CAMPAIGN), await office.make(CAMPAIGN, member_states=["Here"])
    await office.make(MEMBER, campaign_id=other.id)
    with pytest.raises(Refused) as refused:
        await merge(office, CAMPAIGN, kept, other, fields={"member_states": kept.id})
    assert "'Here'" in refused.value.fields["member_states"]
    await merge(office, CAMPAIGN, kept, other)
    assert "Here" in (await get(office, CAMPAIGN, kept)).member_states


async def test_a_member_that_became_one_with_another_is_emptied_when_its_time_is_over(
    office: Office,
) -> None:
    kept, other, person = [await office.make(each) for each in (CAMPAIGN, CAMPAIGN, CONTACT)]
    first, second = [
        await office.make(MEMBER, campaign_id=each.id, contact_id=person.id, note="called")
        for each in (kept, other)
    ]
    await merge(office, CAMPAIGN, kept, other)
    await age(office, MEMBER, second, 31)
    await empty(office, MEMBER)
    process = office.servings["campaigns"].process
    lines = "select note, contact_id, erased_at is not null as gone from member where id = $1"
    [row] = await process.database.fetch(lines, [second.id])
    assert tuple(row) == (None, None, True)
    assert (await get(office, MEMBER, first)).note == "called"


async def test_what_somebody_keeps_private_is_put_together_with_nothing(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-08: who may see the one of both members does not come to see the other."""
    kept, other, person = [await office.make(each) for each in (CAMPAIGN, CAMPAIGN, CONTACT)]
    await joining(office, kept, person)
    hidden = await joining(office, other, person, private=True, note="for me alone")
    stranger = await organisation.person("Eve", profiles=(await organisation.profile(ALL),))
    asked = pb.ReferringRequest(entity=str(CAMPAIGN), ids=[other.id], into=kept.id)
    assert list((await merging(office, CAMPAIGN, stranger).Referring(asked)).items) == []
    await merge(office, CAMPAIGN, kept, other)
    [left] = (await merging(office, CAMPAIGN).Referring(asked)).left
    assert (left.id, left.state) == (hidden.id, "left")
    assert (await get(office, MEMBER, hidden)).note == "for me alone"
    assert list((await merging(office, CAMPAIGN, stranger).Referring(asked)).left) == []


async def test_deals_of_a_merged_campaign_count_for_the_survivor(office: Office) -> None:
    """CA-05: and whoever joins by the old id joins the survivor."""
    kept, other = await office.make(CAMPAIGN), await office.make(CAMPAIGN)
    await office.make(DEAL, campaign_id=other.id)

    async def count(*wanted: int) -> None:
        async def is_so() -> bool:
            now = [await get(office, CAMPAIGN, each) for each in (kept, other)[: len(wanted)]]
            return [each.opportunity_count for each in now] == list(wanted)

        await until(is_so, f"the deals are {wanted}")

    await count(0, 1)
    merged = await merge(office, CAMPAIGN, kept, other)
    await count(1)
    late = await office.make(MEMBER, campaign_id=other.id)
    assert late.campaign_id == kept.id
    await undo(office, CAMPAIGN, kept, merged)
    await count(0, 1)


async def test_of_three_campaigns_a_person_is_one_member_and_three_again(office: Office) -> None:
    campaigns = [await office.make(CAMPAIGN) for _ in range(3)]
    person = await office.make(CONTACT)
    for each, note in zip(campaigns, ("", "first", "second"), strict=True):
        await joining(office, each, person, note=note)
    before = [await members(office, each) for each in campaigns]
    merged = await merge(office, CAMPAIGN, *campaigns)
    asked = pb.MergesRequest(entity=str(CAMPAIGN), id=campaigns[0].id)
    assert len((await merging(office, CAMPAIGN).List(asked)).items) == 1
    assert (await members(office, campaigns[0]))[1] == 1
    await undo(office, CAMPAIGN, campaigns[0], merged)
    assert [await members(office, each) for each in campaigns] == before
    asked = pb.ReferringRequest(entity=str(CAMPAIGN), ids=[each.id for each in campaigns[1:]])
    assert list((await merging(office, CAMPAIGN).Referring(asked)).left) == []
