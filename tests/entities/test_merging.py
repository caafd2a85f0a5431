"""PA-29: records of every entity that people fill are merged, and every service follows and comes back."""

from typing import Any

import msgspec
import pytest
from crm.v1 import merges_pb2 as pb
from crm.v1 import records_pb2, standard_pb2
from crm.v1.merges_pb2_grpc import MergesStub
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.errors import Denied, Invalid, Moved, NotFound
from kit.testing.organisation import ALL, TestOrganisation
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office
from tests.entities.test_duplicates import every
from tests.entities.test_erasing import age, empty, erased
from tests.waiting import until

ACCOUNT, CONTACT = CASES["parties.Account"], CASES["parties.Contact"]
DEAL, TICKET, MEMBER = (
    CASES[each] for each in ("sales.Opportunity", "helpdesk.Ticket", "campaigns.Member")
)


def merging(office: Office, case: Case, actor: Any = None) -> Any:
    return office.servings[case.service].stub(MergesStub, actor or office.actor)


async def merge(office: Office, case: Case, kept: Any, *others: Any, **more: Any) -> pb.Merged:
    named = [pb.MergedRecord(id=each.id) for each in others]
    request = pb.MergeRequest(entity=str(case), id=kept.id, others=named, **more)
    told: pb.Merged = await merging(office, case).Merge(request)
    return told


async def undo(office: Office, case: Case, kept: Any, merged: pb.Merged) -> pb.Unmerged:
    request = pb.UndoMergeRequest(entity=str(case), id=kept.id, merge_id=merged.merge_id)
    told: pb.Unmerged = await merging(office, case).UndoMerge(request)
    return told


async def get(office: Office, case: Case, made: Any) -> Any:
    return await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))


@every
async def test_two_become_one_and_two_again(case: Case, office: Office) -> None:
    kept, other = await office.make(case), await office.make(case)
    before = await get(office, case, other)
    merged = await merge(office, case, kept, other)
    with pytest.raises(Moved):
        await get(office, case, other)
    page = await office.stub(case).List(standard_pb2.ListRequest(filter=f'id = "{other.id}"'))
    assert list(page.items) == []
    await undo(office, case, kept, merged)
    again = await get(office, case, other)
    for name in ("version", "updated_at", "updated_by"):
        again.ClearField(name)
        before.ClearField(name)
    assert again == before


async def test_every_service_follows_and_comes_back_with_equal_counts(office: Office) -> None:
    kept, other, last = [await office.make(ACCOUNT) for _ in range(3)]
    deals = [await office.make(DEAL, account_id=each.id) for each in (kept, other, other)]
    tickets = [await office.make(TICKET, account_id=other.id)]
    people = [await office.make(CONTACT, account_id=other.id)]

    async def counts(*accounts: Any) -> list[list[int]]:
        asked = [standard_pb2.ListRequest(filter=f'account_id = "{a.id}"') for a in accounts]
        return [
            [len((await office.stub(case).List(each)).items) for case in (DEAL, TICKET, CONTACT)]
            for each in asked
        ]

    before = await counts(kept, other)
    assert before == [[1, 0, 0], [2, 1, 1]]
    first = await merge(office, ACCOUNT, kept, other)
    second = await merge(office, ACCOUNT, last, kept)

    async def all_moved() -> bool:
        return await counts(kept, other, last) == [[0, 0, 0], [0, 0, 0], [3, 1, 1]]

    await until(all_moved, "every service follows both merges")
    # Whoever still says the old id means the survivor, in whichever service.
    late = await office.make(DEAL, account_id=other.id)
    assert late.account_id == last.id
    edited = DEAL.message(id=deals[1].id, account_id=late.account_id)
    mask = {"paths": ["account_id"]}
    await office.stub(DEAL).Update(DEAL.patch(record=edited, mask=mask))
    await office.stub(DEAL).Delete(standard_pb2.DeleteRequest(id=late.id))
    await undo(office, ACCOUNT, last, second)
    await undo(office, ACCOUNT, kept, first)

    async def all_back() -> bool:
        return await counts(kept, other, last) == [*before, [0, 0, 0]]

    await until(all_back, "every service comes back")
    assert (await get(office, TICKET, tickets[0])).account_id == other.id
    assert (await get(office, CONTACT, people[0])).account_id == other.id


async def test_what_has_no_room_stays_and_is_told(office: Office) -> None:
    """Of two contacts in one campaign each is a member, and the survivor is one already."""
    kept, other = await office.make(CONTACT), await office.make(CONTACT)
    first = await office.make(MEMBER, contact_id=kept.id)
    second = await office.make(MEMBER, contact_id=other.id, campaign_id=first.campaign_id)
    await merge(office, CONTACT, kept, other)
    campaigns = office.servings["campaigns"].stub(MergesStub, office.actor)

    async def left() -> list[Any]:
        asked = pb.ReferringRequest(entity=str(CONTACT), ids=[other.id])
        return [(each.id, each.state) for each in (await campaigns.Referring(asked)).left]

    async def is_left() -> bool:
        return await left() == [(second.id, "left")]

    await until(is_left, "campaigns says what could not follow")
    assert (await get(office, MEMBER, second)).contact_id == other.id


async def test_what_a_profile_keeps_is_neither_told_nor_set(
    office: Office, organisation: TestOrganisation
) -> None:
    kept, other = await office.make(ACCOUNT), await office.make(ACCOUNT, phone="+40211234567")
    hidden = FieldAccess(entity=str(ACCOUNT), field="phone", access="hidden")
    everything = msgspec.structs.replace(ALL, edit_all=True)
    profile = await organisation.profile(everything, fields=(hidden,))
    eve = await organisation.person("Eve", profiles=(profile,))
    named = [pb.MergedRecord(id=other.id)]
    asked = pb.MergeRequest(entity=str(ACCOUNT), id=kept.id, others=named, dry_run=True)
    told = await merging(office, ACCOUNT, eve).Merge(asked)
    assert "phone" not in {each.field for each in told.fields}
    asked.fields["phone"] = other.id
    with pytest.raises(Invalid):
        await merging(office, ACCOUNT, eve).Merge(asked)
    reader = Permission(entity="*", view=True, edit=True)
    bob = await organisation.person("Bob", reader)
    with pytest.raises(Denied):
        await merging(office, ACCOUNT, bob).Merge(asked)


async def test_after_its_time_the_way_and_the_history_are_left_until_the_survivor_goes(
    office: Office,
) -> None:
    kept, other = await office.make(ACCOUNT), await office.make(ACCOUNT)
    merged = await merge(office, ACCOUNT, kept, other)
    await age(office, ACCOUNT, other, 31)
    await empty(office, ACCOUNT)
    with pytest.raises(Moved):
        await get(office, ACCOUNT, other)
    records = office.servings["parties"].stub(RecordsStub, office.actor)
    asked = records_pb2.HistoryRequest(entity=str(ACCOUNT), id=kept.id)
    told = [each.what for each in (await records.History(asked)).items]
    assert (told.count("created"), told.count("erased")) == (2, 0)
    with pytest.raises(NotFound):
        await undo(office, ACCOUNT, kept, merged)
    await erased(office, ACCOUNT, kept)
    lines = "select what from history where record_id = any($1::uuid[])"
    process = office.servings["parties"].process
    rows = await process.database.fetch(lines, [[kept.id, other.id]])
    assert [row["what"] for row in rows] == ["erased"]


async def test_what_was_kept_to_few_stays_so_in_the_survivor(
    office: Office, organisation: TestOrganisation
) -> None:
    """ID-08: merging opens nothing, neither the survivor nor what came along."""
    open_, kept_private = await office.make(ACCOUNT), await office.make(ACCOUNT, private=True)
    merged = await merge(office, ACCOUNT, open_, kept_private)
    assert (await get(office, ACCOUNT, open_)).private
    stranger = office.stub(ACCOUNT, await organisation.person("Eve"))
    with pytest.raises(NotFound):
        await stranger.Get(standard_pb2.GetRequest(id=open_.id))
    await undo(office, ACCOUNT, open_, merged)
    assert not (await get(office, ACCOUNT, open_)).private
    assert (await get(office, ACCOUNT, kept_private)).private
