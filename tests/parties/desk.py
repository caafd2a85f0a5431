"""A person at work on accounts, contacts and leads, as tests of parties need one."""

from dataclasses import dataclass
from typing import Any

from crm.parties.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm.parties.v1.accounts_pb2_grpc import AccountsStub
from crm.parties.v1.contacts_pb2_grpc import ContactsStub
from crm.parties.v1.conversions_pb2_grpc import ConversionsStub
from crm.parties.v1.leads_pb2_grpc import LeadsStub
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.testing.serving import Serving


@dataclass
class Desk:
    """One person at work, with sales at hand where it runs."""

    serving: Serving
    actor: Actor
    sales: Serving | None = None

    @property
    def accounts(self) -> Any:
        return self.serving.stub(AccountsStub, self.actor)

    @property
    def contacts(self) -> Any:
        return self.serving.stub(ContactsStub, self.actor)

    @property
    def leads(self) -> Any:
        return self.serving.stub(LeadsStub, self.actor)

    @property
    def conversions(self) -> Any:
        return self.serving.stub(ConversionsStub, self.actor)

    @property
    def deals(self) -> Any:
        assert self.sales is not None
        return self.sales.stub(OpportunitiesStub, self.actor)

    async def account(self, **values: Any) -> Any:
        return await self.accounts.Create(accounts_pb2.Account(**({"name": "Acme"} | values)))

    async def contact(self, **values: Any) -> Any:
        return await self.contacts.Create(contacts_pb2.Contact(**({"last_name": "Pop"} | values)))

    async def lead(self, **values: Any) -> Any:
        """A new lead, qualified unless said otherwise."""
        values = {"last_name": "Pop", "company": "Acme", "status": "qualified"} | values
        return await self.leads.Create(leads_pb2.Lead(**values))

    async def convert(self, lead: Any, **values: Any) -> Any:
        return await self.leads.Convert(leads_pb2.ConvertLead(id=lead.id, **values))

    async def deals_of(self, lead: Any) -> list[Any]:
        """The opportunities that came of a lead."""
        asked = standard_pb2.ListRequest(filter=f'conversion_id = "{lead.id}"')
        return list((await self.deals.List(asked)).items)
