"""Members over gRPC: who joins a campaign, who leaves it, and how each stands."""

from datetime import UTC, datetime
from typing import Any

from crm.campaigns.v1 import members_pb2 as pb
from crm.campaigns.v1.members_pb2_grpc import MembersServicer
from sqlalchemy import Uuid, bindparam, select

from kit.errors import Conflict
from kit.records import Process, Records, Said, Work, verb
from services.campaigns.model.members import Member
from services.campaigns.rpc.membership import campaign_of, held, recount, recount_all


async def _campaign_first(work: Work, member: Member) -> None:
    """The campaign is waited for; then the member as it is by now, where the same call went before."""
    await campaign_of(work, member)
    await work.hold(member)


class Members(Records[Member, pb.Member], MembersServicer):
    """The contacts and leads that campaigns address."""

    record, message, listing = Member, pb.Member, pb.MemberList

    def __init__(self, process: Process) -> None:
        super().__init__(process)
        process.recounts[Member.entity] = recount_all

    async def admit(self, work: Work, record: Any) -> None:
        campaign = await held(work, record.campaign_id)
        record.campaign_id = campaign.id
        await _check_new(work, record)
        record.join(campaign, datetime.now(UTC), work.actor.name)
        work.add(record)
        await recount(work, campaign)

    async def discard(self, work: Work, record: Any) -> None:
        campaign = await campaign_of(work, record)
        await super().discard(work, record)
        await recount(work, campaign)

    @verb(sets=("state",), follows=("state_log", "responded_at"), holds=_campaign_first)
    async def SetState(self, work: Work, member: Member, said: Said) -> None:
        campaign = await campaign_of(work, member)
        member.set_state(campaign, said.state, datetime.now(UTC), work.actor.name)
        await recount(work, campaign)


_SAME = {
    column.key: select(Member.id).where(
        Member.campaign_id == bindparam("campaign", type_=Uuid()),
        column == bindparam("known", type_=Uuid()),
    )
    for column in (Member.contact_id, Member.lead_id)
}
"""The member that a campaign has already, by the field that says who it is."""


async def _check_new(work: Work, member: Member) -> None:
    """Whoever may see the member there is; the unique constraints say the same less kindly."""
    for name, same in _SAME.items():
        known = getattr(member, name)
        if known is None:
            continue
        if await work.value(same, campaign=member.campaign_id, known=known):
            raise Conflict("", {name: "This person is a member of the campaign already."})
