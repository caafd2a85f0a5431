"""Campaigns over gRPC, with many members added at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.campaigns.v1 import campaigns_pb2 as pb
from crm.campaigns.v1.campaigns_pb2_grpc import CampaignsServicer
from sqlalchemy import ColumnElement, func, select

from kit.errors import Invalid, Refused
from kit.records import Records, Said, Work, itself, verb
from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.members import Member
from services.campaigns.rpc.membership import hold, recount

MOST = 1_000


class Campaigns(Records[Campaign, pb.Campaign], CampaignsServicer):
    """Marketing campaigns, planned, carried out and measured."""

    record, message, listing = Campaign, pb.Campaign, pb.CampaignList

    def new(self, request: Any) -> Any:
        """Whoever names own states and says of none that it is an answer need not know ours."""
        campaign = super().new(request)
        if not request.responded_states:
            states = campaign.member_states
            campaign.responded_states = [
                each for each in campaign.responded_states if each in states
            ]
        return campaign

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """The campaign is held first, so that no member enters a state while it is taken out."""
        former = list(record.member_states)
        if dropped := [each for each in former if each not in values.get("member_states", former)]:
            await hold(work, record)
            await _check_states(work, record, Member.state.in_(dropped))
        await super().amend(work, record, values)

    async def make_room(self, work: Work, survivor: Any, others: Sequence[Any]) -> None:
        """Members come along in their states, which the survivor has to know."""
        for each in others:
            await _check_states(work, each, Member.state.not_in(survivor.member_states))

    @verb(holds=itself)
    async def AddMembers(self, work: Work, campaign: Campaign, said: Said) -> pb.MembersAdded:
        people = {"contact_id": said.contact_ids, "lead_id": said.lead_ids}
        asked = sum(map(len, people.values()))
        if asked > MOST:
            raise Invalid(contact_ids=f"Add at most {MOST:,} people at once.")
        work.permit(Member).require("create")
        campaign.admit()
        joined = await _newcomers(work, campaign, people)
        _join(work, campaign, joined)
        await recount(work, campaign)
        return pb.MembersAdded(added=len(joined), already_members=asked - len(joined))


async def _newcomers(
    work: Work, campaign: Campaign, people: Mapping[str, Sequence[UUID]]
) -> list[Member]:
    """Those who are no members yet, whoever may see them; the campaign is held, so nobody joins meanwhile."""
    newcomers: list[Member] = []
    for name, ids in people.items():
        column = getattr(Member, name)
        known = select(column).where(Member.campaign_id == campaign.id, column.in_(ids))
        present = set(await work.values(known))
        newcomers += [Member(**{name: each}) for each in ids if each not in present]
    return newcomers


def _join(work: Work, campaign: Campaign, members: Iterable[Member]) -> None:
    now = datetime.now(UTC)
    for member in members:
        member.join(campaign, now, work.actor.name)
        work.add(member)


async def _check_states(work: Work, campaign: Campaign, unknown: ColumnElement[bool]) -> None:
    """A state goes when nobody is in it any more, whether or not the caller sees the members."""
    used = select(Member.state, func.count()).where(Member.campaign_id == campaign.id, unknown)
    rows = await work.rows(used.group_by(Member.state).order_by(Member.state))
    if wrong := "; ".join(_in_use(state, count) for state, count in rows):
        raise Refused("", {"member_states": f"{wrong}. Move them to another state first."})


def _in_use(state: str, count: int) -> str:
    return f"{count} {'member is' if count == 1 else 'members are'} in the state {state!r}"
