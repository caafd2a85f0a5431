"""Who may convert a lead, and who sees what became of it."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from tests.parties.desk import Desk
from tests.parties.test_leads import FULL


@pytest.fixture
async def private(organisation: TestOrganisation) -> Any:
    """Leads are seen by those responsible and those they were shared with."""
    await organisation.default("parties.Lead", "private")
    yield
    await organisation.default("parties.Lead", "edit")


async def share(desk: Desk, lead: Any, person: Actor, level: str) -> None:
    records = desk.serving.stub(RecordsStub, desk.actor)
    given = {"principal_kind": "person", "principal_id": str(person.person_id), "level": level}
    await records.Share(records_pb2.ShareRequest(entity="parties.Lead", id=lead.id, **given))


async def test_a_converted_lead_is_seen_by_those_who_saw_it(
    desk: Desk, organisation: TestOrganisation, private: None
) -> None:
    """PA-28"""
    lead = await desk.lead()
    friend, stranger = await organisation.person("Fay"), await organisation.person("Stu")
    await share(desk, lead, friend, "read")
    before = await desk.convert(lead)
    asked = standard_pb2.GetRequest(id=lead.id)
    theirs = await Desk(desk.serving, friend).leads.Get(asked)
    assert theirs.opportunity_id == before.opportunity_id
    with pytest.raises(NotFound):
        await Desk(desk.serving, stranger).leads.Get(asked)


async def test_converting_needs_the_right_to_change_the_lead(
    desk: Desk, organisation: TestOrganisation, private: None
) -> None:
    """PA-26"""
    lead, converted = await desk.lead(), await desk.lead()
    friend, stranger = await organisation.person("Fay"), await organisation.person("Stu")
    for each in (lead, converted):
        await share(desk, each, friend, "read")
    await desk.convert(converted)
    for each in (lead, converted):
        with pytest.raises(Denied):
            await Desk(desk.serving, friend).convert(each)
        with pytest.raises(NotFound):
            await Desk(desk.serving, stranger).convert(each)


async def _clerk(desk: Desk, organisation: TestOrganisation, hidden: str) -> Desk:
    """The desk of somebody who does not see one field of leads."""
    limit = FieldAccess(entity="parties.Lead", field=hidden, access="hidden")
    profile = await organisation.profile(ALL, fields=(limit,))
    person = await organisation.person("Cleo", profiles=(profile,))
    return Desk(desk.serving, person, desk.sales)


async def test_a_hidden_field_stays_hidden_after_conversion(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-28"""
    lead = await desk.lead(**FULL)
    await desk.convert(lead)
    clerk = await _clerk(desk, organisation, "estimated_amount")
    seen = await clerk.leads.Get(standard_pb2.GetRequest(id=lead.id))
    assert (seen.company, seen.HasField("estimated_amount")) == ("Acme", False)


async def test_a_hidden_field_is_not_told_by_the_conversion(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-28"""
    clerk = await _clerk(desk, organisation, "estimated_amount")
    lead = await desk.lead(**FULL, owner_id=str(clerk.actor.person_id))
    await clerk.convert(lead)
    kept = await clerk.conversions.Get(standard_pb2.GetRequest(id=lead.id))
    assert (kept.name, list(kept.lead)) == ("Ana Pop", [])


async def test_a_hidden_name_is_not_told_by_the_conversion(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-28"""
    clerk = await _clerk(desk, organisation, "name")
    lead = await desk.lead(**FULL, owner_id=str(clerk.actor.person_id))
    await clerk.convert(lead)
    kept = await clerk.conversions.Get(standard_pb2.GetRequest(id=lead.id))
    assert (kept.account_id != "", kept.HasField("name"), list(kept.lead)) == (True, False, [])


async def test_a_hidden_name_is_not_found_out_by_what_became_of_the_lead(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """S6: titles, filters, orders, groups, search and history of conversions know as little of it."""
    clerk = await _clerk(desk, organisation, "name")
    word = f"w{uuid7().hex}"
    values = {**FULL, "last_name": word, "company": "", "owner_id": str(clerk.actor.person_id)}
    lead = await desk.lead(**values)
    await clerk.convert(lead, create_opportunity=False, account_id=(await desk.account()).id)
    records, about = desk.serving.stub(RecordsStub, clerk.actor), {"entity": "parties.Conversion"}
    titles = await records.Titles(records_pb2.TitlesRequest(ids=[lead.id], **about))
    assert not titles.titles
    history = await records.History(records_pb2.HistoryRequest(id=lead.id, **about))
    assert word not in str(history)
    assert "name" not in {each.field for entry in history.items for each in entry.changes}
    for asked in ({"search": word}, {"filter": f'name = "{word}"'}, {"order_by": "name"}):
        with pytest.raises(Invalid):
            await clerk.conversions.List(standard_pb2.ListRequest(**asked))
    with pytest.raises(Invalid):
        await records.Aggregate(records_pb2.AggregateRequest(group_by=["name"], **about))
    (described,) = (
        each
        for each in (await records.Describe(records_pb2.DescribeRequest())).entities
        if each.entity == "parties.Conversion"
    )
    assert not {"name", "lead"} & {each.name for each in described.fields}


@pytest.mark.parametrize("entity", ["parties.Account", "parties.Contact", "sales.Opportunity"])
async def test_who_may_not_create_a_part_converts_nothing(
    desk: Desk, organisation: TestOrganisation, entity: str
) -> None:
    """PA-26"""
    kinds = ("parties.Lead", "parties.Account", "parties.Contact", "sales.Opportunity")
    allowed = [
        Permission(entity=each, view=True, edit=True, create=each != entity) for each in kinds
    ]
    limited = Desk(desk.serving, await organisation.person("Lil", *allowed))
    lead = await desk.lead()
    with pytest.raises(Denied):
        await limited.convert(lead)
    assert await desk.leads.Get(standard_pb2.GetRequest(id=lead.id)) == lead
