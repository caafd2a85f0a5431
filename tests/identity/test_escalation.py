"""Nobody gives away rights that they do not have, and nobody comes to act as somebody stronger."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from crm.identity.v1 import clients_pb2, people_pb2, profiles_pb2
from crm.identity.v1.people_pb2_grpc import PeopleStub

from kit.errors import Denied
from tests.identity.office import PASSWORD, Office, actor

EVERYTHING_OF_ONES_OWN = {"view": True, "create": True, "edit": True, "delete": True}


@pytest.fixture
async def seller(office: Office) -> Office:
    """Somebody who may create people and clients, but see and change no more than the own ones."""
    return await office.manager(profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN))


@pytest.fixture
async def head(office: Office) -> AsyncIterator[Any]:
    """A second administrator, gone afterwards: other tests look for the last one."""
    profile_id = await administrator_profile(office)
    person = await office.member("Head", profile_ids=[profile_id])
    yield person
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=person.id))


async def administrator_profile(office: Office) -> str:
    return str((await office.named_profile("Administrator")).id)


async def test_nobody_takes_on_somebody_stronger(office: Office, seller: Office) -> None:
    """ID-05: neither by a profile nor by a role that brings one."""
    profile_id = await administrator_profile(office)
    with pytest.raises(Denied) as refused:
        await seller.person("Bo", profile_ids=[profile_id])
    assert set(refused.value.fields) == {"profile_ids"}
    with pytest.raises(Denied):
        await seller.role(profile_ids=[profile_id])
    role = await office.role(profile_ids=[profile_id])
    with pytest.raises(Denied):
        await seller.person("Bo", role_ids=[role.id])
    plain = await seller.person("Bo")
    with pytest.raises(Denied):
        await seller.change(plain, profile_ids=[profile_id])


async def test_nobody_lets_others_take_lists_away_who_may_not(
    office: Office, seller: Office
) -> None:
    """To export is a right like any other: it is given by those who have it."""
    takes = profiles_pb2.Permission(entity="*", export=True)
    with pytest.raises(Denied) as refused:
        await seller.profile(takes)
    assert "export every entity" in refused.value.fields["permissions"]
    [line] = (await office.profile(takes)).permissions
    assert (line.view, line.export) == (True, True)


async def test_nobody_makes_a_profile_that_allows_more(office: Office, seller: Office) -> None:
    more = profiles_pb2.Permission(entity="sales.Opportunity", view_all=True)
    same = profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN)
    with pytest.raises(Denied) as refused:
        await seller.profile(more)
    assert "view_all sales.Opportunity" in refused.value.fields["permissions"]
    made = await seller.profile(same)
    patch = profiles_pb2.ProfilePatch(
        record=profiles_pb2.Profile(id=made.id, permissions=[same, more]),
        mask={"paths": ["permissions"]},
    )
    with pytest.raises(Denied):
        await seller.profiles.Update(patch)
    await seller.person("Bo", profile_ids=[made.id])


async def test_all_but_an_own_line_is_not_all(office: Office) -> None:
    """`*` in one's own profile does not cover what another line of it takes away."""
    ana = await office.manager(
        profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN),
        profiles_pb2.Permission(entity="sales.Opportunity", view=True),
    )
    with pytest.raises(Denied, match=r"sales\.Opportunity"):
        await ana.profile(profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN))


async def test_nobody_sets_the_password_of_somebody_stronger(office: Office, head: Any) -> None:
    manager = await office.profile(
        profiles_pb2.Permission(entity="identity.Person", edit=True, edit_all=True)
    )
    ana = await office.person(profile_ids=[manager.id])
    people = office.serving.stub(PeopleStub, actor(ana))
    with pytest.raises(Denied):
        await people.SetPassword(people_pb2.SetPersonPassword(id=head.id, password=PASSWORD))
    plain = await office.person("Bo")
    await people.SetPassword(people_pb2.SetPersonPassword(id=plain.id, password=PASSWORD))
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=ana.id))


async def test_ones_own_id_in_capitals_is_ones_own_still(office: Office, head: Any) -> None:
    """Even to those who may set the passwords of others, the own one is asked for."""
    people = office.serving.stub(PeopleStub, actor(head))
    new = people_pb2.SetPersonPassword(id=head.id.upper(), password="nine yellow teapots")
    with pytest.raises(Denied) as wrong:
        await people.SetPassword(new)
    assert set(wrong.value.fields) == {"current_password"}


def program(person: Any) -> clients_pb2.Client:
    return clients_pb2.Client(
        name="Nightly",
        grant_types=["client_credentials"],
        scopes=["api"],
        person_id=person.id,
    )


async def test_no_client_acts_as_somebody_stronger_than_who_made_it(
    office: Office, seller: Office, head: Any
) -> None:
    with pytest.raises(Denied) as refused:
        await seller.clients.Create(program(head))
    assert set(refused.value.fields) == {"person_id"}
    made = await seller.clients.Create(program(await office.person("Bo")))
    patch = clients_pb2.ClientPatch(
        record=clients_pb2.Client(id=made.id, person_id=head.id), mask={"paths": ["person_id"]}
    )
    with pytest.raises(Denied):
        await seller.clients.Update(patch)
    await office.clients.Create(program(head))


CONTACT = "parties.Contact"
HIDDEN, READ = (
    profiles_pb2.FieldAccess(entity=CONTACT, field="birth_date", access=access)
    for access in ("hidden", "read")
)


async def keeper(office: Office, *limits: profiles_pb2.FieldAccess) -> Office:
    """Somebody who may make people and profiles, and does not see every field."""
    all_of_ones_own = profiles_pb2.Permission(entity="*", **EVERYTHING_OF_ONES_OWN)
    return await office.manager(all_of_ones_own, field_access=limits)


async def test_nobody_gives_a_profile_with_wider_fields(office: Office) -> None:
    """ID-10: a profile that says nothing of a field opens it."""
    kim = await keeper(office, HIDDEN)
    sees_contacts = profiles_pb2.Permission(entity=CONTACT, view=True)
    free = await office.profile(sees_contacts)
    wider = await office.profile(sees_contacts, field_access=[READ])
    for profile in (free, wider):
        with pytest.raises(Denied, match="birth_date") as refused:
            await kim.person("Bo", profile_ids=[profile.id])
        assert set(refused.value.fields) == {"profile_ids"}
        with pytest.raises(Denied):
            await kim.role(profile_ids=[profile.id])
    same = await office.profile(sees_contacts, field_access=[HIDDEN])
    elsewhere = await office.profile(profiles_pb2.Permission(entity="sales.Product", view=True))
    await kim.person("Bo", profile_ids=[same.id, elsewhere.id])


async def test_nobody_makes_a_profile_with_wider_fields(office: Office) -> None:
    kim = await keeper(office, HIDDEN)
    sees_contacts = profiles_pb2.Permission(entity=CONTACT, view=True)
    with pytest.raises(Denied) as refused:
        await kim.profile(sees_contacts)
    assert set(refused.value.fields) == {"field_access"}
    made = await kim.profile(sees_contacts, field_access=[HIDDEN])
    patch = profiles_pb2.ProfilePatch(
        record=profiles_pb2.Profile(id=made.id), mask={"paths": ["field_access"]}
    )
    with pytest.raises(Denied):
        await kim.profiles.Update(patch)


async def test_what_somebody_stronger_opened_may_stay_as_it_is(office: Office) -> None:
    """A change is measured by what it adds."""
    kim = await office.manager(
        profiles_pb2.Permission(entity="identity.Profile", edit=True, edit_all=True),
        profiles_pb2.Permission(entity=CONTACT, view=True),
        field_access=[HIDDEN],
    )
    free = await office.profile(profiles_pb2.Permission(entity=CONTACT, view=True))
    patch = profiles_pb2.ProfilePatch(
        record=profiles_pb2.Profile(id=free.id, hidden_modules=["chat"]),
        mask={"paths": ["hidden_modules"]},
    )
    await kim.profiles.Update(patch)


async def test_nobody_acts_as_somebody_who_sees_more_fields(office: Office) -> None:
    """Whoever sets a password or holds a client's secret signs in as that person."""
    kim = await keeper(office, HIDDEN)
    other = await office.seller("Bo")
    with pytest.raises(Denied) as refused:
        await kim.clients.Create(program(other))
    assert set(refused.value.fields) == {"person_id"}
