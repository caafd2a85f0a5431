"""Contacts at the boundary."""

import pytest
from crm.parties.v1 import addresses_pb2
from crm.parties.v1 import contacts_pb2 as pb
from crm.v1 import standard_pb2

from kit.access.entries import FieldAccess
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.parties.desk import Desk


async def test_a_contact_keeps_all_that_is_said_of_it(desk: Desk) -> None:
    """PA-12, PA-14, PA-15, PA-16, PA-17, PA-18"""
    account = await desk.account()
    said = pb.Contact(
        first_name="Ana",
        last_name="Pop",
        nickname="Annie",
        job_title="Buyer",
        department="Purchasing",
        account_id=account.id,
        type="buyer",
        status="active",
        email="ana@acme.example",
        phone="+40211234567",
        mobile="+40721123456",
        fax="+40211234568",
        birth_date="1980-02-29",
        sex="female",
        spouse="Dan",
        children="Ion and Maria",
        description="Prefers mornings.",
    )
    made = await desk.contacts.Create(said)
    kept = await desk.contacts.Get(standard_pb2.GetRequest(id=made.id))
    told = {field.name: value for field, value in kept.ListFields()}
    assert {field.name: told[field.name] for field, _ in said.ListFields()} == {
        field.name: value for field, value in said.ListFields()
    }


async def test_the_name_follows_its_parts(desk: Desk) -> None:
    """PA-13"""
    made = await desk.contact(first_name="Ana", last_name="Pop")
    assert made.name == "Ana Pop"
    patch = pb.ContactPatch(
        record=pb.Contact(id=made.id, last_name="Stan"), mask={"paths": ["last_name"]}
    )
    assert (await desk.contacts.Update(patch)).name == "Ana Stan"


async def test_a_contact_is_found_by_nickname(desk: Desk) -> None:
    """PA-13"""
    nickname = f"N{uuid7().hex}"
    made = await desk.contact(nickname=nickname)
    found = await desk.contacts.List(standard_pb2.ListRequest(search=nickname))
    assert [each.id for each in found.items] == [made.id]


async def test_a_contact_has_a_name(desk: Desk) -> None:
    """PA-13"""
    with pytest.raises(Invalid) as wrong:
        await desk.contacts.Create(pb.Contact(nickname="Annie"))
    assert set(wrong.value.fields) == {"last_name"}


async def test_the_contacts_of_an_account_are_listed(desk: Desk) -> None:
    """PA-12"""
    account = await desk.account()
    made = [await desk.contact(account_id=account.id) for _ in range(2)]
    asked = standard_pb2.ListRequest(filter=f'account_id = "{account.id}"')
    listed = await desk.contacts.List(asked)
    assert {each.id for each in listed.items} == {each.id for each in made}


async def test_an_account_that_does_not_exist_is_named(desk: Desk) -> None:
    """PA-12"""
    with pytest.raises(Invalid) as wrong:
        await desk.contact(account_id=str(uuid7()))
    assert set(wrong.value.fields) == {"account_id"}


async def test_a_contact_has_addresses(desk: Desk) -> None:
    """PA-16"""
    made = await desk.contact(addresses=[addresses_pb2.Address(kind="home", city="Cluj")])
    assert [each.city for each in made.addresses] == ["Cluj"]


async def test_sex_is_seen_by_those_whose_profile_shows_it(
    serving: Serving, desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-18"""
    made = await desk.contact(sex="female")
    hidden = FieldAccess(entity="parties.Contact", field="sex", access="hidden")
    profile = await organisation.profile(ALL, fields=(hidden,))
    clerk = Desk(serving, await organisation.person("Cleo", profiles=(profile,)))
    assert made.sex == "female"
    assert not (await clerk.contacts.Get(standard_pb2.GetRequest(id=made.id))).HasField("sex")
    with pytest.raises(Invalid):
        await clerk.contacts.List(standard_pb2.ListRequest(filter='sex = "female"'))
