"""A lead that was converted is gone, and what names it goes on saying who it was."""

from typing import Any
from uuid import UUID

import pytest
from crm.parties.v1 import leads_pb2
from crm.v1 import standard_pb2
from sqlalchemy import delete

from kit.references.copies.backfill import adopt
from kit.references.copies.tables import reference_copy
from tests.entities.cases import CASES
from tests.entities.factories import Office
from tests.entities.test_asking_of_what_is_referred_to import private_accounts
from tests.waiting import until

LEAD, DEAL = CASES["parties.Lead"], CASES["sales.Opportunity"]


class Converted:
    """A lead, a deal that named it before, and the deal that it became."""

    def __init__(self, office: Office, lead: Any, earlier: Any, deal_id: str) -> None:
        self.office, self.lead, self.earlier, self.deal_id = office, lead, earlier, deal_id

    async def named(self, deal_id: str, actor: Any = None) -> list[tuple[str, str]]:
        """What a list of deals says of the lead."""
        asked = standard_pb2.ListRequest(filter=f"id = {deal_id}", titles=True)
        titles = (await self.office.stub(DEAL, actor).List(asked)).page.titles
        return [(each.title, each.state) for each in titles if each.entity == str(LEAD)]

    @property
    def expected(self) -> list[tuple[str, str]]:
        return [(self.lead.name, "converted")]


@pytest.fixture
async def converted(office: Office) -> Converted:
    lead = await office.make(LEAD, status="qualified", company="Acme", source="website")
    earlier = await office.make(DEAL, lead_id=lead.id)
    done = await office.stub(LEAD).Convert(leads_pb2.ConvertLead(id=lead.id))
    made = Converted(office, lead, earlier, done.opportunity_id)

    async def is_named() -> bool:
        return await made.named(made.deal_id) == made.expected

    await until(is_named, "the copy in sales says that the lead was converted")
    return made


async def test_who_named_the_lead_before_hears_what_became_of_it(converted: Converted) -> None:
    assert await converted.named(converted.earlier.id) == converted.expected


async def test_the_deal_that_a_lead_became_names_it_and_is_found_by_it(
    converted: Converted,
) -> None:
    deal = converted.deal_id
    assert await converted.named(deal) == converted.expected
    asked = standard_pb2.ListRequest(filter=f"id = {deal} AND lead.source = website")
    assert len((await converted.office.stub(DEAL).List(asked)).items) == 1


async def test_who_did_not_see_the_lead_is_not_told_its_name(
    converted: Converted, organisation: Any
) -> None:
    eve = await organisation.person("Eve")
    default = await organisation.default("parties.Lead", "private")
    try:
        async with private_accounts(organisation, DEAL):
            assert await converted.named(converted.deal_id, eve) == []
            assert await converted.named(converted.deal_id) == converted.expected
    finally:
        await organisation.publish("default", None, default)


async def test_what_became_of_a_lead_answers_for_it_when_it_is_gone(converted: Converted) -> None:
    """Whoever hears of the lead only now, or has lost the copy, is told all the same."""
    process = converted.office.servings["sales"].process
    async with process.database.sessions.begin() as session:
        lost = reference_copy.c.id == UUID(converted.lead.id), reference_copy.c.entity == str(LEAD)
        await session.execute(delete(reference_copy).where(*lost))
    assert await converted.named(converted.deal_id) == []
    await adopt(process)
    assert await converted.named(converted.deal_id) == converted.expected
