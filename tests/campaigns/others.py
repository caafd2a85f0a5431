"""The services to which campaigns listens: sales as it runs, and what each would put on NATS."""

from typing import Any
from uuid import UUID

import orjson
from crm.parties.v1.events_pb2 import LeadConverted
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.events_pb2 import RecordChanged
from crm.v1.records_pb2_grpc import RecordsStub
from crm.v1.references_pb2 import ReferenceCopy

from kit.actor import Actor
from kit.events.connection import Connection
from kit.events.publishing.outbox import Announcement, rows
from kit.events.subjects import change_subject, stream_of
from kit.ids import uuid7
from kit.testing.serving import Serving
from services.campaigns.model.deals import CampaignDeal
from tests.waiting import until


class Market:
    """Sales itself, where Dan deals."""

    def __init__(self, serving: Serving, dan: Actor) -> None:
        self.serving = serving
        self._deals: Any = serving.stub(OpportunitiesStub, dan)
        self._beside: Any = serving.stub(RecordsStub, dan)

    async def account(self) -> str:
        """A customer whom parties knows."""
        return await self.serving.keeps("parties.Account")

    async def deal(self, **given: Any) -> Any:
        known = {"name": "Deal", "amount": "1000", "currency": "EUR"} | given
        return await self._deals.Create(pb.Opportunity(**known))

    async def win(self, deal: Any, **given: Any) -> Any:
        return await self._deals.Win(pb.WinOpportunity(id=deal.id, reason="Price", **given))

    async def reopen(self, deal: Any) -> Any:
        return await self._deals.Reopen(pb.ReopenOpportunity(id=deal.id, reason="Returned"))

    async def change(self, deal: Any, **given: Any) -> Any:
        record = pb.Opportunity(id=deal.id, **given)
        patch = pb.OpportunityPatch(record=record, mask={"paths": list(given)})
        return await self._deals.Update(patch)

    async def delete(self, deal: Any) -> None:
        await self._deals.Delete(standard_pb2.DeleteRequest(id=deal.id))

    async def restore(self, deal: Any) -> None:
        request = records_pb2.RestoreRequest(entity="sales.Opportunity", id=deal.id)
        await self._beside.Restore(request)


class Told:
    """Events as they come from NATS, told as often and in whatever order a test wants."""

    def __init__(self, serving: Serving, operator: Connection) -> None:
        self._serving = serving
        # Campaigns itself may publish nothing in others' names, and look at no list of consumers.
        self._jetstream = operator.jetstream()
        self._streams: set[str] = set()

    async def deal(self, what: str, version: int, deal_id: str, **known: Any) -> None:
        """A change of an opportunity."""
        event = RecordChanged(entity="sales.Opportunity", id=deal_id, version=version)
        if what != "deleted":
            event.after.Pack(pb.Opportunity(id=deal_id, version=version, **known))
        event.copy.CopyFrom(ReferenceCopy(entity=event.entity, id=deal_id, version=version))
        subject = change_subject("sales.Opportunity", what)
        await self._publish(Announcement.under(subject, event), "sales")

    async def converted(self, lead_id: str, contact_id: str | None) -> None:
        ids = {"account_id": str(uuid7()), "contact_id": contact_id}
        event = LeadConverted(lead_id=lead_id, **ids)
        await self._publish(Announcement.of(event), "parties")

    async def _publish(self, announcement: Announcement, service: str) -> None:
        sent = rows([announcement], service=service, actor="system:test")
        headers = orjson.loads(sent["headers"][0])
        await self._jetstream.publish(sent["subjects"][0], sent["bodies"][0], headers=headers)
        self._streams.add(stream_of(sent["subjects"][0]))

    async def remembered(self, deal_id: str) -> bool:
        """Whether campaigns keeps anything about an opportunity."""
        async with self._serving.process.database.sessions() as session:
            return await session.get(CampaignDeal, UUID(deal_id)) is not None

    async def handled(self) -> None:
        """Waits until all that was published has been handled."""
        await until(self._handled, "campaigns has handled all that others published")

    async def _handled(self) -> bool:
        """What does not concern campaigns leaves no trace there; NATS knows that it was taken."""
        for name in self._streams:
            found = await self._jetstream.consumers_info(name)
            ours = [each for each in found if each.name.startswith("campaigns_follow_")]
            if not ours or any(each.num_pending or each.num_ack_pending for each in ours):
                return False
        return True
