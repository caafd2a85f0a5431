"""Converting a lead at the boundary: one result, and nothing lost."""

import asyncio
from typing import Any

import pytest
from crm.parties.v1 import conversions_pb2, leads_pb2
from crm.parties.v1 import events_pb2 as events
from crm.parties.v1.leads_pb2_grpc import LeadsStub
from crm.sales.v1 import products_pb2
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import Permission
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.entities.counting import compiled, counted
from tests.parties.desk import Desk
from tests.parties.lists import offered, retire
from tests.parties.test_leads import FULL

SUBJECT = "crm.parties.lead.converted"


async def told(serving: Serving, lead: Any) -> list[Any]:
    """What was announced of a lead's conversion."""
    bodies = await serving.announced(SUBJECT)
    return [e for body in bodies if (e := events.LeadConverted.FromString(body)).lead_id == lead.id]


async def test_a_lead_becomes_account_contact_and_opportunity(desk: Desk) -> None:
    """PA-26, SA-01"""
    lead = await desk.lead(**FULL)
    became = await desk.convert(lead)
    account = await desk.accounts.Get(standard_pb2.GetRequest(id=became.account_id))
    contact = await desk.contacts.Get(standard_pb2.GetRequest(id=became.contact_id))
    (deal,) = await desk.deals_of(lead)
    assert (became.state, became.opportunity_id) == ("done", deal.id)
    assert (account.name, account.industry, account.addresses[0].city) == (
        "Acme",
        "software",
        "Cluj",
    )
    assert (contact.name, contact.account_id, contact.email) == (
        "Ana Pop",
        account.id,
        "ana@acme.example",
    )
    assert (deal.name, deal.account_id, deal.contact_id) == ("Acme", account.id, contact.id)
    assert (deal.amount, deal.currency, deal.campaign_id, deal.lead_id) == (
        "1500.5",
        "RON",
        FULL["campaign_id"],
        lead.id,
    )


async def test_the_product_of_interest_goes_over(desk: Desk, sales: Serving) -> None:
    """PA-26"""
    products = sales.stub(ProductsStub, desk.actor)
    product = await products.Create(products_pb2.Product(name="GTX"))
    lead = await desk.lead(product_id=product.id)
    await desk.convert(lead)
    assert [each.product_id for each in await desk.deals_of(lead)] == [product.id]


async def test_a_product_in_the_bin_goes_along_with_the_deal(desk: Desk, sales: Serving) -> None:
    """PA-26, PA-28, B2: what named it goes on naming it"""
    products = sales.stub(ProductsStub, desk.actor)
    product = await products.Create(products_pb2.Product(name="GTX"))
    lead = await desk.lead(product_id=product.id)
    await products.Delete(standard_pb2.DeleteRequest(id=product.id))
    assert (await desk.convert(lead)).state == "done"
    (deal,) = await desk.deals_of(lead)
    assert deal.product_id == product.id
    again = await desk.leads.Get(standard_pb2.GetRequest(id=lead.id))
    assert again.product_id == lead.product_id


async def test_every_field_of_the_lead_is_readable_in_its_conversion(desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead(**FULL, custom={"shoe_size": "44"})
    await desk.convert(lead)
    kept = await desk.conversions.Get(standard_pb2.GetRequest(id=lead.id))
    values = {each.field: each.value for each in kept.lead}
    assert {name: values[name] for name in FULL} == {k: str(v) for k, v in FULL.items()}
    assert values["custom.shoe_size"] == "44"
    assert isinstance(kept, conversions_pb2.Conversion)


async def test_the_id_of_a_converted_lead_still_leads_to_it(desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead(**FULL, custom={"shoe_size": "44"})
    became = await desk.convert(lead)
    again = await desk.leads.Get(standard_pb2.GetRequest(id=lead.id))
    assert {name: getattr(again, name) for name in FULL} == FULL
    assert (again.name, again.created_at, again.owner_id) == (
        lead.name,
        lead.created_at,
        lead.owner_id,
    )
    assert (again.account_id, again.contact_id, again.opportunity_id) == (
        became.account_id,
        became.contact_id,
        became.opportunity_id,
    )
    assert again.HasField("converted_at")
    assert again.custom["shoe_size"] == "44"


async def test_the_gateway_gets_a_converted_lead_as_json(serving: Serving, desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead(**FULL)
    became = await desk.convert(lead)
    ready = serving.stub(LeadsStub, desk.actor, json=True)
    shown = (await ready.Get(standard_pb2.GetRequest(id=lead.id))).json
    assert f'"opportunity_id":"{became.opportunity_id}"'.encode() in shown
    assert b'"company":"Acme"' in shown


async def test_a_converted_lead_is_gone_from_list_search_and_figures(
    serving: Serving, desk: Desk
) -> None:
    """PA-28, PA-29"""
    company = f"C{uuid7().hex}"
    lead = await desk.lead(company=company)
    await desk.convert(lead)
    by_filter = standard_pb2.ListRequest(filter=f'company = "{company}"')
    by_words = standard_pb2.ListRequest(search=company)
    for asked in (by_filter, by_words):
        assert not (await desk.leads.List(asked)).items
    records = serving.stub(RecordsStub, desk.actor)
    figures = await records.Aggregate(
        records_pb2.AggregateRequest(entity="parties.Lead", filter=by_filter.filter)
    )
    assert [each.measures["count"] for each in figures.items] in ([], ["0"])


async def test_a_converted_lead_is_not_changed_any_more(desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead()
    await desk.convert(lead)
    patch = leads_pb2.LeadPatch(
        record=leads_pb2.Lead(id=lead.id, city="Cluj"), mask={"paths": ["city"]}
    )
    with pytest.raises(NotFound):
        await desk.leads.Update(patch)


async def test_converting_again_answers_the_same(desk: Desk) -> None:
    """PA-29"""
    lead = await desk.lead()
    first = await desk.convert(lead, opportunity_name="Fleet")
    assert await desk.convert(lead, opportunity_name="Another") == first
    assert [each.name for each in await desk.deals_of(lead)] == ["Fleet"]


async def test_sixteen_at_once_get_one_result(serving: Serving, desk: Desk) -> None:
    """PA-29"""
    company = f"C{uuid7().hex}"
    lead = await desk.lead(company=company)
    answers: list[bytes] = []

    async def convert() -> None:
        answers.append((await desk.convert(lead)).SerializeToString(deterministic=True))

    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(convert())
    assert (len(answers), len(set(answers))) == (16, 1)
    made = await desk.accounts.List(standard_pb2.ListRequest(filter=f'name = "{company}"'))
    assert (len(made.items), len(await desk.deals_of(lead))) == (1, 1)
    assert len(await told(serving, lead)) == 1


async def test_a_conversion_is_announced_once_all_exist(serving: Serving, desk: Desk) -> None:
    """PA-26"""
    lead = await desk.lead(campaign_id=FULL["campaign_id"])
    became = await desk.convert(lead)
    (event,) = await told(serving, lead)
    assert (event.account_id, event.contact_id, event.opportunity_id) == (
        became.account_id,
        became.contact_id,
        became.opportunity_id,
    )
    assert (event.campaign_id, event.new_account) == (FULL["campaign_id"], True)


async def test_a_lead_is_converted_when_it_is_qualified(desk: Desk) -> None:
    """PA-27"""
    with pytest.raises(Refused):
        await desk.convert(await desk.lead(status="working"))


async def test_who_may_edit_all_leads_may_convert_early(
    serving: Serving, desk: Desk, sales: Serving, organisation: TestOrganisation
) -> None:
    """PA-27"""
    lead = await desk.lead(status="working")
    with pytest.raises(Denied):
        await desk.convert(lead, override=True)
    every = Permission(
        entity="*", view=True, create=True, edit=True, delete=True, view_all=True, edit_all=True
    )
    boss = Desk(serving, await organisation.person("Bob", every), sales)
    assert (await boss.convert(lead, override=True)).state == "done"


async def test_an_existing_account_may_take_the_lead_in(desk: Desk) -> None:
    """PA-29"""
    account, lead = await desk.account(name="Known"), await desk.lead()
    became = await desk.convert(lead, account_id=account.id)
    assert became.account_id == account.id
    contact = await desk.contacts.Get(standard_pb2.GetRequest(id=became.contact_id))
    assert contact.account_id == account.id
    assert [each.name for each in await desk.deals_of(lead)] == ["Known"]


async def test_an_account_that_does_not_exist_leaves_the_lead_as_it_is(desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead()
    with pytest.raises(Invalid) as wrong:
        await desk.convert(lead, account_id=str(uuid7()))
    assert set(wrong.value.fields) == {"account_id"}
    assert await desk.leads.Get(standard_pb2.GetRequest(id=lead.id)) == lead


async def test_a_lead_may_become_no_opportunity(desk: Desk) -> None:
    """PA-26"""
    lead = await desk.lead()
    became = await desk.convert(lead, create_opportunity=False)
    assert (became.state, became.HasField("opportunity_id")) == ("done", False)
    assert not await desk.deals_of(lead)


async def test_a_lead_without_a_person_becomes_no_contact(desk: Desk) -> None:
    """PA-26"""
    lead = await desk.leads.Create(leads_pb2.Lead(company="Acme", status="qualified"))
    became = await desk.convert(lead)
    assert not became.HasField("contact_id")
    assert became.HasField("opportunity_id")


async def test_a_retired_industry_does_not_hold_a_conversion_up(
    desk: Desk, organisation: TestOrganisation
) -> None:
    """PA-10, PA-28"""
    value = await offered(organisation)
    lead = await desk.lead(industry=value)
    await retire(organisation, value)
    became = await desk.convert(lead)
    account = await desk.accounts.Get(standard_pb2.GetRequest(id=became.account_id))
    again = await desk.leads.Get(standard_pb2.GetRequest(id=lead.id))
    assert (account.HasField("industry"), again.industry) == (False, value)


async def test_a_stale_conversion_is_refused(desk: Desk) -> None:
    """PA-28"""
    lead = await desk.lead()
    patch = leads_pb2.LeadPatch(
        record=leads_pb2.Lead(id=lead.id, city="Cluj"), mask={"paths": ["city"]}
    )
    await desk.leads.Update(patch)
    with pytest.raises(Conflict) as stale:
        await desk.convert(lead, version=1)
    assert stale.value.current is not None


async def test_converting_costs_few_statements(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """PA-26: records, history and events in one statement, and none compiled anew."""
    leads = [await desk.lead(**FULL) for _ in range(4)]
    statements, written_out, costs, compilations = (
        counted(monkeypatch),
        compiled(monkeypatch),
        [],
        [],
    )
    # What sales asks meanwhile for its copies is counted too, but hardly four times.
    for lead in leads:
        await desk.convert(lead)
        costs.append(len(statements))
        compilations.append(len(written_out))
        statements.clear()
        written_out.clear()
    assert (min(compilations), min(costs) <= 10) == (0, True), costs
