"""A person at work on campaigns, as tests of campaigns need one."""

from typing import Any

from crm.campaigns.v1 import campaigns_pb2, members_pb2
from crm.campaigns.v1.campaigns_pb2_grpc import CampaignsStub
from crm.campaigns.v1.members_pb2_grpc import MembersStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.ids import uuid7
from kit.testing.serving import Serving


class Desk:
    """A person with campaigns and their members."""

    def __init__(self, serving: Serving, person: Actor) -> None:
        self._serving = serving
        self.campaigns: Any = serving.stub(CampaignsStub, person)
        self.members: Any = serving.stub(MembersStub, person)

    async def contact(self) -> str:
        """Somebody whom parties knows."""
        return await self._serving.keeps("parties.Contact")

    async def lead(self) -> str:
        """Somebody whom parties does not know well yet."""
        return await self._serving.keeps("parties.Lead")

    async def campaign(self, **given: Any) -> Any:
        known = {"name": f"Campaign {uuid7()}"} | given
        return await self.campaigns.Create(campaigns_pb2.Campaign(**known))

    async def now(self, campaign: Any) -> Any:
        return await self.campaigns.Get(standard_pb2.GetRequest(id=campaign.id))

    async def change(self, campaign: Any, version: int | None = None, **given: Any) -> Any:
        record = campaigns_pb2.Campaign(id=campaign.id, **given)
        mask = {"paths": list(given)}
        patch = campaigns_pb2.CampaignPatch(record=record, mask=mask, version=version)
        return await self.campaigns.Update(patch)

    async def join(self, campaign: Any, **given: Any) -> Any:
        known = given or {"contact_id": await self.contact()}
        return await self.members.Create(members_pb2.Member(campaign_id=campaign.id, **known))

    async def add(self, campaign: Any, key: str = "", **ids: Any) -> tuple[int, int]:
        request = campaigns_pb2.AddMembersRequest(id=campaign.id, **ids)
        added = await self.campaigns.AddMembers(request, key=key)
        return added.added, added.already_members

    async def state(self, member: Any, state: str) -> Any:
        return await self.members.SetState(members_pb2.SetStateRequest(id=member.id, state=state))

    async def member(self, member: Any) -> Any:
        return await self.members.Get(standard_pb2.GetRequest(id=member.id))

    async def counts(self, campaign: Any) -> tuple[int, int]:
        found = await self.now(campaign)
        return found.member_count, found.responded_count
