"""Converting a lead into an account that is there already: nobody twice, nothing lost, nothing overwritten."""

from typing import Any

import pytest
from crm.v1 import follow_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.follow_pb2_grpc import FollowersStub
from crm.v1.merges_pb2 import MergedRecord, MergeRequest
from crm.v1.merges_pb2_grpc import MergesStub

from kit.access.entries import FieldAccess
from kit.errors import Invalid, Moved
from kit.testing.organisation import ALL, TestOrganisation
from tests.parties.desk import Desk

PERSON = {"first_name": "Ana", "last_name": "Pop"}


async def seen(stub: Any, record_id: str) -> Any:
    return await stub.Get(standard_pb2.GetRequest(id=record_id))


async def contacts_of(desk: Desk, account: Any) -> list[str]:
    asked = standard_pb2.ListRequest(filter=f'account_id = "{account.id}"')
    return [each.id for each in (await desk.contacts.List(asked)).items]


async def test_the_contact_with_the_same_address_is_taken(desk: Desk) -> None:
    """B4: a second contact was made, whatever case the address was written in."""
    account = await desk.account()
    contact = await desk.contact(account_id=account.id, email="ana.pop@example.com")
    lead = await desk.lead(**PERSON, email="Ana.Pop@Example.com", mobile="+40721000001")
    became = await desk.convert(lead, account_id=account.id)
    assert became.contact_id == contact.id
    assert await contacts_of(desk, account) == [contact.id]
    assert (await seen(desk.contacts, contact.id)).mobile == "+40721000001"


async def test_a_contact_may_be_named_and_has_to_be_the_account_s_own(desk: Desk) -> None:
    """B4"""
    account, elsewhere = await desk.account(), await desk.account()
    contact = await desk.contact(account_id=account.id)
    lead = await desk.lead(**PERSON)
    with pytest.raises(Invalid) as refused:
        await desk.convert(lead, account_id=elsewhere.id, contact_id=contact.id)
    assert set(refused.value.fields) == {"contact_id"}
    with pytest.raises(Invalid) as refused:
        await desk.convert(lead, contact_id=contact.id)
    assert set(refused.value.fields) == {"account_id"}
    became = await desk.convert(lead, account_id=account.id, contact_id=contact.id)
    assert became.contact_id == contact.id


async def test_what_the_target_lacks_is_filled_in_and_nothing_is_overwritten(desk: Desk) -> None:
    """B4: phone, website and address of the lead were dropped."""
    account = await desk.account(phone="+40211111111")
    lead = await desk.lead(
        phone="+40212222222", website="https://acme.example", city="Cluj", country="RO"
    )
    await desk.convert(lead, account_id=account.id)
    found = await seen(desk.accounts, account.id)
    assert (found.phone, found.website) == ("+40211111111", "https://acme.example")
    assert [each.city for each in found.addresses] == ["Cluj"]
    again = await desk.lead(website="https://other.example", city="Iași")
    await desk.convert(again, account_id=account.id)
    kept = await seen(desk.accounts, account.id)
    assert kept.website == "https://acme.example"
    assert [each.city for each in kept.addresses] == ["Cluj"]


async def test_a_field_that_the_caller_may_not_set_is_not_filled_in(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """B4, S15: the conversion is no way round a locked field."""
    limit = FieldAccess("parties.Account", "website", "read")
    profile = await organisation.profile(ALL, fields=(limit,))
    clerk = Desk(desk.serving, await organisation.person("Cleo", profiles=(profile,)), desk.sales)
    account = await clerk.account()
    lead = await clerk.lead(website="https://acme.example", phone="+40212222222")
    await clerk.convert(lead, account_id=account.id)
    found = await seen(desk.accounts, account.id)
    assert (found.website, found.phone) == ("", "+40212222222")


async def test_whoever_may_not_see_addresses_is_told_none_by_a_match(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """B4, S6: the match would say that the account has a contact with this very address."""
    limit = FieldAccess("parties.Contact", "email", "hidden")
    profile = await organisation.profile(ALL, fields=(limit,))
    clerk = Desk(desk.serving, await organisation.person("Cleo", profiles=(profile,)), desk.sales)
    account = await desk.account()
    contact = await desk.contact(account_id=account.id, email="secret@example.com")
    lead = await clerk.lead(**PERSON, email="secret@example.com")
    became = await clerk.convert(lead, account_id=account.id)
    assert became.contact_id not in ("", contact.id)


async def test_consent_and_own_fields_go_along_with_the_contact(desk: Desk) -> None:
    """B3, PA-28: both stayed behind in the conversion."""
    consent = {
        "channel": "phone",
        "consent_at": "2026-05-01T09:30:00Z",
        "consent_note": "At the fair",
    }
    own = {"shoe_size": "44", "only_of_leads": "x"}
    lead = await desk.lead(**PERSON, **consent, custom=own)
    became = await desk.convert(lead)
    found = await seen(desk.contacts, became.contact_id)
    assert {name: getattr(found, name) for name in consent} == consent
    assert dict(found.custom) == {"shoe_size": "44"}


async def test_own_fields_of_a_lead_without_a_person_go_to_the_account(desk: Desk) -> None:
    """B3, PA-28"""
    account = await desk.account(custom={"colour": "red"})
    lead = await desk.lead(last_name="", custom={"colour": "blue", "size": "XL"})
    await desk.convert(lead, account_id=account.id)
    found = await seen(desk.accounts, account.id)
    assert dict(found.custom) == {"colour": "red", "size": "XL"}


async def test_account_and_contact_lead_back_to_the_conversion(desk: Desk) -> None:
    """B3: neither of the two said that it had been a lead; the score stands there."""
    lead = await desk.lead(**PERSON, score=80)
    became = await desk.convert(lead)
    for name in ("account_id", "contact_id", "opportunity_id"):
        asked = standard_pb2.ListRequest(filter=f'{name} = "{getattr(became, name)}"')
        (found,) = (await desk.conversions.List(asked)).items
        assert {each.field: each.value for each in found.lead}["score"] == "80"


async def test_who_follows_lead_and_contact_follows_the_contact_once(desk: Desk) -> None:
    """XC-03, XC-07: and who followed the lead alone goes on with the contact."""
    account = await desk.account()
    contact = await desk.contact(account_id=account.id, email="ana.pop@example.com")
    lead, new = await desk.lead(**PERSON, email="ana.pop@example.com"), await desk.lead(**PERSON)
    followers = desk.serving.stub(FollowersStub, desk.actor)
    for entity, record in (("Contact", contact), ("Lead", lead), ("Lead", new)):
        await followers.Follow(pb.FollowRequest(entity=f"parties.{entity}", id=record.id))
    became = [await desk.convert(each, account_id=account.id) for each in (lead, new)]
    assert became[0].contact_id == contact.id
    for each in became:
        asked = pb.FollowersRequest(entity="parties.Contact", id=each.contact_id)
        (follower,) = (await followers.List(asked)).items
        assert follower.person_id == str(desk.actor.person_id)


async def test_a_merged_lead_leads_to_what_the_survivor_became(desk: Desk) -> None:
    """PA-29"""
    kept, other = await desk.lead(**PERSON), await desk.lead(**PERSON)
    others = [MergedRecord(id=other.id)]
    request = MergeRequest(entity="parties.Lead", id=kept.id, others=others)
    await desk.serving.stub(MergesStub, desk.actor).Merge(request)
    await desk.convert(await seen(desk.leads, kept.id))
    with pytest.raises(Moved) as moved:
        await seen(desk.leads, other.id)
    assert moved.value.moved_to == kept.id
    assert (await seen(desk.leads, kept.id)).account_id
