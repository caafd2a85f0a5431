"""Whatever touched a customer is one list: named itself, by a contact who took part, or by a deal."""

from typing import Any
from uuid import UUID

import pytest
from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving


class Customer:
    """An account with a contact and a deal, and an activity about each."""

    def __init__(self, serving: Serving, person: Actor) -> None:
        self.serving = serving
        self.activities: Any = serving.stub(ActivitiesStub, person)
        self.account = str(uuid7())
        self.contact = ""
        self.deal = ""

    async def visit(self) -> None:
        above = {"parent_entity": "parties.Account", "parent_id": UUID(self.account)}
        keeps = self.serving.keeps
        await keeps("parties.Account", id=UUID(self.account))
        self.contact = await keeps("parties.Contact", **above)
        self.deal = await keeps("sales.Opportunity", **above)
        other = await keeps("sales.Opportunity")
        await self.note("to the account", account_id=self.account)
        await self.note("with the contact", contact_ids=[self.contact])
        await self.note("on the deal", related_entity="sales.Opportunity", related_id=self.deal)
        await self.note("elsewhere", related_entity="sales.Opportunity", related_id=other)

    async def note(self, name: str, **about: Any) -> None:
        await self.activities.Create(pb.Activity(name=name, **about))


async def touching(serving: Serving, person: Actor, record: str) -> set[str]:
    asked = standard_pb2.ListRequest(filter=f'touches:"{record}"', count=True)
    page = await serving.stub(ActivitiesStub, person).List(asked)
    assert page.page.total == len(page.items)
    return {each.name for each in page.items}


@pytest.fixture
async def customer(serving: Serving, ana: Actor) -> Customer:
    customer = Customer(serving, ana)
    await customer.visit()
    return customer


async def test_everything_that_touched_an_account_is_one_list(
    serving: Serving, ana: Actor, customer: Customer
) -> None:
    """B5: participants and the account's deals were left out."""
    assert await touching(serving, ana, customer.account) == {
        "to the account",
        "with the contact",
        "on the deal",
    }
    assert await touching(serving, ana, customer.contact) == {"with the contact"}
    assert await touching(serving, ana, customer.deal) == {"on the deal"}
    records: Any = serving.stub(RecordsStub, ana)
    asked = records_pb2.AggregateRequest(
        entity="scheduling.Activity", filter=f'touches:"{customer.account}"'
    )
    assert [each.measures["count"] for each in (await records.Aggregate(asked)).items] == ["3"]


async def test_the_pages_are_told_by_which_references_to_gather(
    serving: Serving, ana: Actor
) -> None:
    """B5"""
    records: Any = serving.stub(RecordsStub, ana)
    told = await records.Describe(records_pb2.DescribeRequest())
    shown = {each.entity: each.presentation for each in told.entities}
    assert set(shown["scheduling.Activity"].touches) == {"account_id", "contact_ids", "related_id"}


async def test_a_record_out_of_sight_leads_to_nothing(
    serving: Serving, organisation: TestOrganisation, customer: Customer
) -> None:
    """B5, S6: whoever may not see contacts does not learn at which account they are."""
    limited = (
        Permission("scheduling.Activity", view=True, view_all=True),
        Permission("sales.Opportunity", view=True, view_all=True),
    )
    person = await organisation.person("Lil", *limited)
    assert await touching(serving, person, customer.account) == {"to the account", "on the deal"}
    # The same question by somebody who sees more, and then by the first again.
    own = await organisation.person("Ann")
    assert len(await touching(serving, own, customer.account)) == 3
    assert len(await touching(serving, person, customer.account)) == 2


@pytest.mark.parametrize("field", ["account_id", "contact_ids", "related_id"])
async def test_whoever_may_not_see_a_reference_does_not_ask_by_it(
    serving: Serving, organisation: TestOrganisation, customer: Customer, field: str
) -> None:
    """B5, ID-14"""
    limit = FieldAccess("scheduling.Activity", field, "hidden")
    profile = await organisation.profile(ALL, fields=(limit,))
    person = await organisation.person("Hal", profiles=(profile,))
    with pytest.raises(Invalid):
        await touching(serving, person, customer.account)


async def test_a_hidden_account_of_contacts_is_not_found_out(
    serving: Serving, organisation: TestOrganisation, customer: Customer
) -> None:
    """B5, S6"""
    limit = FieldAccess("parties.Contact", "account_id", "hidden")
    profile = await organisation.profile(ALL, fields=(limit,))
    person = await organisation.person("Hal", profiles=(profile,))
    assert await touching(serving, person, customer.account) == {"to the account", "on the deal"}
