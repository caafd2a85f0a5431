"""The policy in force: what identity changes counts in another service, by real events alone."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest
from crm.identity.v1 import groups_pb2, people_pb2, policy_pb2, profiles_pb2
from crm.identity.v1.policy_pb2_grpc import PoliciesStub
from crm.sales.v1 import opportunities_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.errors import Denied, Invalid, NotFound, Refused
from kit.testing.serving import Serving
from tests.identity.office import Office, actor, unique

DEAL = "sales.Opportunity"


@pytest.fixture(scope="module")
async def private(office: Office) -> None:
    """Deals belong to those who own them, and to whoever stands above."""
    await office.default(DEAL, "private")


def a_deal() -> opportunities_pb2.Opportunity:
    return opportunities_pb2.Opportunity(name=unique("Fleet"), amount="1000", currency="EUR")


class Desk:
    """One person at work in sales, with a token as new as identity's last word."""

    def __init__(self, office: Office, sales: Serving, person: Any) -> None:
        self.office, self.sales, self.person = office, sales, person

    async def deals(self) -> Any:
        """The stub of somebody whose token asks for the newest policy."""
        epoch = (await self.office.snapshot()).epoch
        caller = Actor.person(UUID(self.person.id), min_epoch=epoch)
        return self.sales.stub(OpportunitiesStub, caller)

    async def sees(self, deal: Any) -> bool:
        try:
            await (await self.deals()).Get(standard_pb2.GetRequest(id=deal.id))
        except NotFound:
            return False
        return True


async def test_a_role_move_changes_what_a_person_sees_elsewhere(
    office: Office, sales: Serving, private: None
) -> None:
    """ID-04: whoever stands above sees; moved away, no longer; nothing but events says so."""
    top, other = await office.role("Head"), await office.role("Other head")
    below = await office.role("Agent", parent_id=top.id)
    boss = await office.seller("Boss", role_ids=[top.id])
    rival = await office.seller("Rival", role_ids=[other.id])
    agent = await office.seller("Agent", role_ids=[below.id])
    deal = await (await Desk(office, sales, agent).deals()).Create(a_deal())
    assert await Desk(office, sales, boss).sees(deal)
    assert not await Desk(office, sales, rival).sees(deal)
    await office.move(below, other.id)
    assert not await Desk(office, sales, boss).sees(deal)
    assert await Desk(office, sales, rival).sees(deal)


async def test_a_sharing_rule_and_its_group_count_elsewhere_at_once(
    office: Office, sales: Serving, private: None
) -> None:
    owner, friend = await office.seller("Owner"), await office.seller("Friend")
    desk = Desk(office, sales, friend)
    deal = await (await Desk(office, sales, owner).deals()).Create(a_deal())
    group = await office.group()
    await office.rule(
        DEAL,
        source_kind="person",
        source_id=owner.id,
        target_kind="group",
        target_id=group.id,
    )
    assert not await desk.sees(deal)
    patch = groups_pb2.GroupPatch(
        record=groups_pb2.Group(id=group.id, person_ids=[friend.id]),
        mask=FieldMask(paths=["person_ids"]),
    )
    await office.groups.Update(patch)
    assert await desk.sees(deal)


async def test_profiles_fields_and_deactivation_count_elsewhere_at_once(
    office: Office, sales: Serving, private: None
) -> None:
    ana = await office.seller("Ana")
    desk = Desk(office, sales, ana)
    deal = await (await desk.deals()).Create(a_deal())
    hidden = profiles_pb2.FieldAccess(entity=DEAL, field="amount", access="hidden")
    patch = profiles_pb2.ProfilePatch(
        record=profiles_pb2.Profile(id=ana.profile_ids[0], field_access=[hidden]),
        mask=FieldMask(paths=["field_access"]),
    )
    await office.profiles.Update(patch)
    seen = await (await desk.deals()).Get(standard_pb2.GetRequest(id=deal.id))
    assert seen.name
    assert not seen.HasField("amount")
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=ana.id))
    with pytest.raises(Denied):
        await (await desk.deals()).Get(standard_pb2.GetRequest(id=deal.id))


async def test_twenty_changes_at_once_get_twenty_epochs_in_the_order_of_the_events(
    office: Office,
) -> None:
    before = (await office.snapshot()).epoch
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(office.role("Role"))
    after = await office.snapshot(since=before)
    epochs = [each.epoch for each in after.objects]
    assert epochs == list(range(before + 1, before + 21))
    rows = await office.serving.process.database.pool.fetch(
        "SELECT body FROM outbox WHERE subject LIKE 'crm.identity.policy.%' ORDER BY seq"
    )
    told = [policy_pb2.PolicyChanged.FromString(row["body"]).epoch for row in rows]
    assert told == sorted(told) == list(range(1, after.epoch + 1))


async def test_what_changes_no_right_raises_no_epoch(office: Office) -> None:
    ana = await office.person()
    before = (await office.snapshot()).epoch
    await office.change(ana, job_title="Director", skills=["Latin"])
    assert (await office.snapshot()).epoch == before
    await office.change(ana, job_title="Director", name="Ana Maria")
    assert (await office.snapshot()).epoch == before + 1


async def test_a_snapshot_since_an_epoch_holds_what_changed_and_what_went(office: Office) -> None:
    role = await office.role()
    before = (await office.snapshot()).epoch
    await office.roles.Delete(standard_pb2.DeleteRequest(id=role.id))
    news = await office.snapshot(since=before)
    assert [(each.id, each.removed, each.body) for each in news.objects] == [(role.id, True, b"")]
    assert role.id not in [each.id for each in (await office.snapshot()).objects]


async def test_a_change_that_fails_leaves_no_epoch_behind(office: Office) -> None:
    before = (await office.snapshot()).epoch
    with pytest.raises(Invalid):
        await office.person(role_ids=[str(UUID(int=7))])
    assert (await office.snapshot()).epoch == before


async def test_the_keys_of_all_principals_differ(office: Office) -> None:
    """ID-09: owned by, shared with, shared with a role and below: never the same number."""
    await office.group(person_ids=[(await office.person()).id])
    bodies = [msgspec.json.decode(each.body) for each in (await office.snapshot()).objects]
    keys = [body[key] for body in bodies for key in body if key.endswith("_key")]
    assert len(keys) == len(set(keys))
    assert min(keys) > 0


# What must hold together.


@pytest.mark.parametrize("member", ["person_ids", "role_ids", "role_and_below_ids", "group_ids"])
async def test_a_group_names_only_what_exists(office: Office, member: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await office.group(**{member: [str(UUID(int=7))]})
    assert set(wrong.value.fields) == {member}


async def test_a_rule_names_only_what_exists(office: Office) -> None:
    ana = await office.person()
    with pytest.raises(Invalid) as wrong:
        await office.rule(
            DEAL, source_kind="person", source_id=ana.id, target_kind="role", target_id=ana.id
        )
    assert set(wrong.value.fields) == {"target_id"}


async def test_a_role_cannot_come_to_stand_below_itself(office: Office) -> None:
    top = await office.role()
    middle = await office.role(parent_id=top.id)
    low = await office.role(parent_id=middle.id)
    with pytest.raises(Invalid) as wrong:
        await office.move(top, low.id)
    assert set(wrong.value.fields) == {"parent_id"}


async def test_two_moves_at_once_cannot_make_a_circle(office: Office) -> None:
    one, two = await office.role(), await office.role()
    refused: list[Invalid] = []

    async def move(role: Any, below: Any) -> None:
        try:
            await office.move(role, below.id)
        except Invalid as wrong:
            refused.append(wrong)

    async with asyncio.TaskGroup() as group:
        group.create_task(move(one, two))
        group.create_task(move(two, one))
    assert len(refused) == 1


async def test_a_group_cannot_come_to_contain_itself(office: Office) -> None:
    inner = await office.group()
    outer = await office.group(group_ids=[inner.id])
    patch = groups_pb2.GroupPatch(
        record=groups_pb2.Group(id=inner.id, group_ids=[outer.id]),
        mask=FieldMask(paths=["group_ids"]),
    )
    with pytest.raises(Invalid) as wrong:
        await office.groups.Update(patch)
    assert set(wrong.value.fields) == {"group_ids"}


async def test_what_is_in_use_cannot_be_deleted(office: Office) -> None:
    role, profile = await office.role(), await office.profile()
    await office.person(role_ids=[role.id], profile_ids=[profile.id])
    inner = await office.group()
    await office.group(group_ids=[inner.id])
    parent = await office.role()
    await office.role(parent_id=parent.id)
    for stub, record in (
        (office.roles, role),
        (office.roles, parent),
        (office.profiles, profile),
        (office.groups, inner),
    ):
        with pytest.raises(Refused):
            await stub.Delete(standard_pb2.DeleteRequest(id=record.id))


async def test_the_last_administrator_keeps_the_rights_whatever_way_is_tried(
    office: Office,
) -> None:
    admin = people_pb2.Person(id=str(office.admin.person_id))
    with pytest.raises(Refused):
        await office.change(admin, profile_ids=[])
    held = await office.people.Get(standard_pb2.GetRequest(id=admin.id))
    weaker = profiles_pb2.Profile(id=held.profile_ids[0])
    patch = profiles_pb2.ProfilePatch(record=weaker, mask=FieldMask(paths=["permissions"]))
    with pytest.raises(Refused):
        await office.profiles.Update(patch)


async def test_only_administrators_change_who_may_do_what(office: Office) -> None:
    standard = await office.named_profile("Standard user")
    ana = actor(await office.person(profile_ids=[standard.id]))
    people = office.as_person(ana)
    assert (await people.people.List(standard_pb2.ListRequest())).items
    for attempt in (
        people.role(),
        people.group(),
        people.person(),
        people.profile(),
        people.default("sales.Product", "edit"),
        people.clients.List(standard_pb2.ListRequest()),
    ):
        with pytest.raises(Denied):
            await attempt


# The door.


async def test_the_door_has_no_rights_and_people_get_no_snapshot(office: Office) -> None:
    door = office.as_person(Actor.door())
    for attempt in (
        door.people.List(standard_pb2.ListRequest()),
        door.roles.List(standard_pb2.ListRequest()),
        door.person(),
    ):
        with pytest.raises(Denied):
            await attempt
    with pytest.raises(Denied):
        await office.serving.stub(PoliciesStub, office.admin).Snapshot(policy_pb2.SnapshotRequest())
