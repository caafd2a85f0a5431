"""Who manages access gives rows no further than the own ones, and administrators stay untouched."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from crm.identity.v1 import groups_pb2, people_pb2, profiles_pb2, roles_pb2
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.errors import Denied, Invalid, Refused
from tests.identity.office import PASSWORD, Office, actor
from tests.identity.test_escalation import EVERYTHING_OF_ONES_OWN, administrator_profile

PRIVATE = "toys.Secret"
ALL_OF_ONES_OWN = profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN)
EDITS_PEOPLE = profiles_pb2.Permission(entity="identity.Person", edit=True, edit_all=True)
EVERY_ACCESS = profiles_pb2.Permission(
    entity="access", **EVERYTHING_OF_ONES_OWN, view_all=True, edit_all=True
)


@pytest.fixture(scope="module", autouse=True)
async def private(office: Office) -> Any:
    """One entity belongs to its owners and to whoever stands above."""
    return await office.default(PRIVATE, "private")


@pytest.fixture(scope="module")
async def clerk(office: Office) -> Office:
    """Somebody who may edit people, all of them, and nothing else of access."""
    profile = await office.profile(ALL_OF_ONES_OWN, EDITS_PEOPLE)
    return office.as_person(actor(await office.person("Clark", profile_ids=[profile.id])))


@pytest.fixture(scope="module")
async def manager(office: Office) -> Office:
    """Somebody who manages all access, but sees only the own rows of what is private."""
    return await office.manager(ALL_OF_ONES_OWN, EVERY_ACCESS)


@pytest.fixture(scope="module")
async def top(office: Office) -> Any:
    """A role that sees what an agent below it owns."""
    top = await office.role("Top")
    low = await office.role("Low", parent_id=top.id)
    await office.seller("Agent", role_ids=[low.id])
    return top


@pytest.fixture
async def head(office: Office) -> AsyncIterator[Any]:
    """A second administrator, gone afterwards."""
    profile_id = await administrator_profile(office)
    person = await office.member("Head", profile_ids=[profile_id])
    yield person
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=person.id))


def me(somebody: Office) -> people_pb2.Person:
    return people_pb2.Person(id=str(somebody.admin.person_id))


async def test_editing_people_is_not_managing_access(
    office: Office, clerk: Office, top: Any
) -> None:
    """S1: neither himself nor another gets a role or a profile from a clerk, be it an empty one."""
    empty = await office.profile()
    for whom in (me(clerk), await office.person("Bo")):
        for new in ({"role_ids": [top.id]}, {"profile_ids": [empty.id]}):
            with pytest.raises(Denied, match="manage access") as refused:
                await clerk.change(whom, **new)
            assert set(refused.value.fields) == set(new)
    await clerk.change(await office.person("Bo"), job_title="Driver")


async def test_nobody_gives_rows_by_a_role_that_he_does_not_reach(
    office: Office, manager: Office, top: Any
) -> None:
    """S1: who stands in a role sees what is owned below it."""
    for whom in (me(manager), await office.seller("Bo")):
        with pytest.raises(Denied, match="records of") as refused:
            await manager.change(whom, role_ids=[top.id])
        assert set(refused.value.fields) == {"role_ids"}
    profile = await manager.profile(ALL_OF_ONES_OWN)
    with pytest.raises(Denied):
        await manager.person("Bo", role_ids=[top.id], profile_ids=[profile.id])


async def test_nobody_gives_rows_in_two_steps(office: Office, manager: Office, top: Any) -> None:
    """S1: a place that reaches rows waits for the profile that shows them."""
    bo = await manager.person("Bo", role_ids=[top.id])
    profile = await manager.profile(ALL_OF_ONES_OWN)
    with pytest.raises(Denied, match="records of") as refused:
        await manager.change(bo, profile_ids=[profile.id])
    assert set(refused.value.fields) == {"profile_ids"}


async def test_nobody_moves_a_role_to_where_it_opens_more(
    office: Office, manager: Office, top: Any
) -> None:
    """S1: whoever stands in the role above would see what is owned in the moved one."""
    elsewhere = await office.role("Elsewhere")
    await office.seller("Curious", role_ids=[elsewhere.id])
    with pytest.raises(Denied) as refused:
        await manager.move(top, elsewhere.id)
    assert set(refused.value.fields) == {"parent_id"}


async def test_nobody_opens_rows_by_a_rule_a_group_or_a_default(
    office: Office, manager: Office, top: Any
) -> None:
    """S1: sharing rules, groups and defaults are weighed like roles."""
    mine = str(manager.admin.person_id)
    rule = {"source_kind": "role_and_below", "source_id": top.id, "target_kind": "person"}
    with pytest.raises(Denied) as refused:
        await manager.rule(PRIVATE, **rule, target_id=mine)
    assert "entity_name" in refused.value.fields
    group = await office.group()
    await office.rule(PRIVATE, **rule | {"target_kind": "group"}, target_id=group.id)
    patch = groups_pb2.GroupPatch(
        record=groups_pb2.Group(id=group.id, person_ids=[mine]),
        mask=FieldMask(paths=["person_ids"]),
    )
    with pytest.raises(Denied) as refused:
        await manager.groups.Update(patch)
    assert set(refused.value.fields) == {"person_ids"}


async def test_nobody_opens_an_entity_by_its_default_or_by_taking_the_default_away(
    office: Office, manager: Office, private: Any
) -> None:
    """S1: without a default of the organisation's the entity's own, a wider one, counts."""
    with pytest.raises(Denied):
        await manager.defaults.Delete(standard_pb2.DeleteRequest(id=private.id))
    with pytest.raises(Denied) as refused:
        await manager.default("parties.Conversion", "read")
    assert "level" in refused.value.fields
    await manager.default("toys.Open", "private")


async def test_a_manager_gives_what_lies_below(office: Office, top: Any) -> None:
    """S1 forbids no more than it has to: within the own part of the tree access may be given."""
    boss = await office.manager(ALL_OF_ONES_OWN, EVERY_ACCESS)
    await office.change(me(boss), role_ids=[top.id])
    below = await boss.role("Below", parent_id=top.id)
    await boss.person("Bo", role_ids=[below.id])
    all_of_ones_own = await boss.profile(ALL_OF_ONES_OWN)
    await boss.person("Bo", role_ids=[below.id], profile_ids=[all_of_ones_own.id])


async def test_nobody_changes_somebody_stronger(office: Office, clerk: Office, head: Any) -> None:
    """S2: not by a verb, and not by changing a field."""
    gone = people_pb2.DeactivatePerson(id=head.id)
    for attempt in (
        lambda: clerk.people.Deactivate(gone),
        lambda: clerk.change(head, email="mine@example.com"),
        lambda: clerk.change(head, job_title="Nobody"),
        lambda: clerk.change(head, profile_ids=[]),
        lambda: clerk.people.SetPassword(
            people_pb2.SetPersonPassword(id=head.id, password=PASSWORD)
        ),
    ):
        with pytest.raises(Denied):
            await attempt()
    await office.people.Deactivate(gone)
    with pytest.raises(Denied):
        await clerk.people.Activate(people_pb2.ActivatePerson(id=head.id))


async def test_a_clerk_still_looks_after_people_like_himself(office: Office, clerk: Office) -> None:
    """S2: what people own makes nobody stronger."""
    standard = await office.profile(ALL_OF_ONES_OWN)
    bo = await office.person("Bo", profile_ids=[standard.id])
    await clerk.change(bo, email=f"new.{bo.email}")
    await clerk.people.Deactivate(people_pb2.DeactivatePerson(id=bo.id))
    await clerk.people.Activate(people_pb2.ActivatePerson(id=bo.id))


async def test_nobody_comes_to_act_as_somebody_whose_rows_are_out_of_reach(
    office: Office, clerk: Office
) -> None:
    """S1, S2: whoever sets a password reads what the other owns."""
    standard = await office.profile(ALL_OF_ONES_OWN)
    bo = await office.person("Bo", profile_ids=[standard.id])
    with pytest.raises(Denied):
        await clerk.people.SetPassword(people_pb2.SetPersonPassword(id=bo.id, password=PASSWORD))


async def test_the_last_administrator_cannot_go_by_any_way(office: Office) -> None:
    """S2: an administrator is who holds everything; somebody who edits people does not count."""
    profile_id = await administrator_profile(office)
    await office.person("Clark", profile_ids=[(await office.profile(EDITS_PEOPLE)).id])
    last = me(office)

    async def profile(**new: Any) -> None:
        record = profiles_pb2.Profile(id=profile_id, **new)
        mask = FieldMask(paths=list(new))
        await office.profiles.Update(profiles_pb2.ProfilePatch(record=record, mask=mask))

    fields = profiles_pb2.FieldAccess(entity="sales.Opportunity", field="amount", access="read")
    for attempt in (
        lambda: office.people.Deactivate(people_pb2.DeactivatePerson(id=last.id)),
        lambda: office.change(last, profile_ids=[]),
        lambda: profile(permissions=[profiles_pb2.Permission(entity="*", edit_all=True)]),
        lambda: profile(field_access=[fields]),
        lambda: profile(hidden_modules=["chat"]),
    ):
        with pytest.raises(Refused):
            await attempt()


async def test_the_last_administrator_by_a_role_keeps_it(office: Office) -> None:
    """S2: nor by losing the role that makes him one, nor by a change of the role."""
    profile_id = await administrator_profile(office)
    role = await office.role("Administrators", profile_ids=[profile_id])
    last = me(office)
    await office.change(last, role_ids=[role.id], profile_ids=[])
    record = roles_pb2.Role(id=role.id)
    patch = roles_pb2.RolePatch(record=record, mask=FieldMask(paths=["profile_ids"]))
    try:
        for attempt in (
            lambda: office.change(last, role_ids=[]),
            lambda: office.roles.Update(patch),
            lambda: office.roles.Delete(standard_pb2.DeleteRequest(id=role.id)),
        ):
            with pytest.raises(Refused):
                await attempt()
    finally:
        await office.change(last, role_ids=[], profile_ids=[profile_id])


async def test_nobody_who_has_left_becomes_a_member(office: Office) -> None:
    """A6: whoever is in the group already may stay."""
    bo, gone = await office.person("Bo"), await office.person("Gone")
    group = await office.group(person_ids=[bo.id])
    for each in (bo, gone):
        await office.people.Deactivate(people_pb2.DeactivatePerson(id=each.id))
    members = groups_pb2.Group(id=group.id, person_ids=[bo.id, gone.id])
    patch = groups_pb2.GroupPatch(record=members, mask=FieldMask(paths=["person_ids"]))
    with pytest.raises(Invalid, match="Gone is inactive") as wrong:
        await office.groups.Update(patch)
    assert set(wrong.value.fields) == {"person_ids"}
    patch.record.person_ids[:] = [bo.id, str(office.admin.person_id)]
    await office.groups.Update(patch)
