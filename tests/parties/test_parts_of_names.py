"""First and last names are seen and set by whoever may see and set the name they make up."""

from typing import Any

import pytest
from crm.parties.v1 import contacts_pb2, leads_pb2
from crm.parties.v1.contacts_pb2_grpc import ContactsStub
from crm.parties.v1.leads_pb2_grpc import LeadsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.actor import Actor
from kit.errors import Denied, Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.parties.desk import Desk

CONTACT, LEAD = "parties.Contact", "parties.Lead"


async def limited(organisation: TestOrganisation, entity: str, name: str, access: str) -> Actor:
    """Somebody who sees every record and has this access to one field."""
    await organisation.default(entity, "edit")
    limit = FieldAccess(entity, name, access)
    profile = await organisation.profile(ALL, fields=(limit,))
    return await organisation.person("Eve", profiles=(profile,))


async def told(serving: Serving, stub: Any, actor: Actor, entity: str, made: Any) -> list[bytes]:
    """What the doors say of one record."""
    one = standard_pb2.GetRequest(id=made.id)
    history = records_pb2.HistoryRequest(entity=entity, id=made.id)
    titles = records_pb2.TitlesRequest(entity=entity, ids=[made.id])
    beside = serving.stub(RecordsStub, actor)
    return [
        (await serving.stub(stub, actor).Get(one)).SerializeToString(),
        (await serving.stub(stub, actor, json=True).Get(one)).json,
        (await beside.History(history)).SerializeToString(),
        (await beside.Titles(titles)).SerializeToString(),
    ]


@pytest.mark.parametrize("named", ["name", "first_name", "last_name"])
async def test_a_name_is_hidden_with_its_parts(
    serving: Serving, organisation: TestOrganisation, desk: Desk, named: str
) -> None:
    """ID-14: whichever of them a profile names, neither the whole nor a part is told."""
    first, last = f"F{uuid7().hex[-12:]}", f"L{uuid7().hex[-12:]}"
    made = await desk.contact(first_name=first, last_name=last, job_title="Pilot")
    eve = await limited(organisation, CONTACT, named, "hidden")
    answers = await told(serving, ContactsStub, eve, CONTACT, made)
    assert b"Pilot" in answers[0]
    for answer in answers:
        assert first.encode() not in answer
        assert last.encode() not in answer
    contacts = serving.stub(ContactsStub, eve)
    for question in (f'first_name = "{first}"', f'name:"{first}"'):
        with pytest.raises(Invalid):
            await contacts.List(standard_pb2.ListRequest(filter=question))
    assert not (await contacts.List(standard_pb2.ListRequest(search=first))).items
    with pytest.raises(Invalid) as wrong:
        await contacts.Create(contacts_pb2.Contact(last_name="Pop"))
    assert set(wrong.value.fields) == {"last_name"}


async def test_a_name_to_read_keeps_its_parts_from_being_set(
    serving: Serving, organisation: TestOrganisation, desk: Desk
) -> None:
    made = await desk.contact(first_name="Ion")
    eve = await limited(organisation, CONTACT, "name", "read")
    contacts = serving.stub(ContactsStub, eve)
    assert (await contacts.Get(standard_pb2.GetRequest(id=made.id))).first_name == "Ion"
    patch = contacts_pb2.ContactPatch(
        record=contacts_pb2.Contact(id=made.id, first_name="Dan"), mask={"paths": ["first_name"]}
    )
    with pytest.raises(Denied) as refused:
        await contacts.Update(patch)
    assert set(refused.value.fields) == {"first_name"}


async def test_a_lead_that_is_called_by_its_company_hides_it_with_the_name(
    serving: Serving, organisation: TestOrganisation, desk: Desk
) -> None:
    company = f"C{uuid7().hex[-12:]}"
    made = await desk.leads.Create(leads_pb2.Lead(company=company, job_title="Pilot"))
    eve = await limited(organisation, LEAD, "company", "hidden")
    answers = await told(serving, LeadsStub, eve, LEAD, made)
    assert b"Pilot" in answers[0]
    assert not [each for each in answers if company.encode() in each]
