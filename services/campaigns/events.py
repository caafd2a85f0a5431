"""What campaigns does after events of others: deals make results, converted leads become contacts."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from crm.parties.v1.events_pb2 import LeadConverted
from crm.sales.v1.opportunities_pb2 import Opportunity
from crm.v1.events_pb2 import RecordChanged
from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from kit.entity import Day, Decimals
from kit.events.consuming.listeners import on, on_change
from kit.merging.coming_back import come_back_first, note_following, noted_before
from kit.records import Work, stored
from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.deals import CampaignDeal, DealFacts, Outcome, follow
from services.campaigns.model.members import Member

_FOLLOWING = 7_203_102
_LEAD = "parties.Lead"


def _touches_campaigns(event: RecordChanged) -> bool:
    """Most deals have no campaign; such a one counts once it is won, as a first purchase may be."""
    return any(_counts(packed) for packed in (event.before, event.after))


def _counts(packed: Any) -> bool:
    deal = Opportunity()
    packed.Unpack(deal)
    return bool(deal.campaign_id) or deal.outcome == Outcome.WON


_MEMBERSHIPS = select(Member.campaign_id).where(
    Member.lead_id == bindparam("lead_id", type_=Uuid())
)
_MEMBERS = (
    select(Member.lead_id)
    .where(Member.lead_id == any_(bindparam("lead_ids", type_=ARRAY(Uuid))))
    .distinct()
)

_CAMPAIGNS = (
    stored(Campaign)
    .where(Campaign.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(Campaign.id)
    .with_for_update(key_share=True)
)
_DEALS: Any = CampaignDeal.__table__
_DEAL = [each.name for each in _DEALS.c]
_OPPORTUNITY = bindparam("opportunity", type_=Uuid())
_KNOWN = select(_DEALS).where(_DEALS.c.opportunity_id == _OPPORTUNITY)
_FIRST = (
    select(_DEALS)
    .where(
        _DEALS.c.account_id == bindparam("account", type_=Uuid()),
        _DEALS.c.outcome == Outcome.WON,
        _DEALS.c.opportunity_id != _OPPORTUNITY,
    )
    .order_by(_DEALS.c.closed_on.nulls_last(), _DEALS.c.opportunity_id)
    .limit(1)
)
_NEW = insert(_DEALS).values({name: bindparam(name) for name in _DEAL})
_KEPT = _NEW.on_conflict_do_update(
    index_elements=[_DEALS.c.opportunity_id],
    set_={each.name: _NEW.excluded[each.name] for each in _DEALS.c if not each.primary_key},
)


def _names_a_contact(event: LeadConverted) -> bool:
    return bool(event.contact_id)


async def _were_members(events: Sequence[LeadConverted], work: Work) -> list[bool]:
    leads = [UUID(event.lead_id) for event in events]
    members = {row.lead_id for row in await work.rows(_MEMBERS, lead_ids=leads)}
    members |= await noted_before(work, _LEAD, leads)
    return [lead in members for lead in leads]


# The changes of the record are followed rather than OpportunityWon and its like: they carry the
# version, by which an event delivered twice or late is known, and they come for every deal.
@on_change("sales.Opportunity", "created", concerns=_touches_campaigns)
async def follow_opportunity_created(event: RecordChanged, work: Work) -> None:
    await _follow(facts_of(event), work)


@on_change("sales.Opportunity", "updated", concerns=_touches_campaigns)
async def follow_opportunity_updated(event: RecordChanged, work: Work) -> None:
    await _follow(facts_of(event), work)


@on_change("sales.Opportunity", "deleted")
async def follow_opportunity_deleted(event: RecordChanged, work: Work) -> None:
    """One in the bin counts no longer; of one that is gone for good nothing can come after."""
    gone = DealFacts(UUID(event.id), event.copy.version, Outcome.GONE)
    await _follow(gone, work)


@on_change("sales.Opportunity", "restored", concerns=_touches_campaigns)
async def follow_opportunity_restored(event: RecordChanged, work: Work) -> None:
    await _follow(facts_of(event), work)


# A lead is converted once, so that no conversion has to wait for another.
@on(LeadConverted, in_order=False, concerns=_names_a_contact, matters=_were_members)
async def follow_lead_converted(event: LeadConverted, work: Work) -> None:
    """Members that were the lead become the contact, but where the contact is a member already."""
    contact_id, lead_id = UUID(event.contact_id), UUID(event.lead_id)
    await come_back_first(work, (_LEAD, lead_id), contact_id)
    await _held(work, [row.campaign_id for row in await work.rows(_MEMBERSHIPS, lead_id=lead_id)])
    already = select(Member.campaign_id).where(Member.contact_id == contact_id)
    free = Member.campaign_id.not_in(already)
    for member in await work.all(Member, Member.lead_id == lead_id, free):
        member.become(contact_id)
        await note_following(work, member, (_LEAD, lead_id), contact_id)


def facts_of(event: RecordChanged) -> DealFacts:
    """What a change of an opportunity means for campaigns."""
    deal = Opportunity()
    event.after.Unpack(deal)
    return DealFacts(
        opportunity_id=UUID(event.id),
        version=event.version,
        outcome=Outcome(deal.outcome),
        campaign_id=_id(deal.campaign_id),
        account_id=_id(deal.account_id),
        amount=Decimals().parse(deal.realised_amount),
        currency=deal.currency or None,
        closed_on=Day().parse(deal.closed_on),
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


async def _follow(facts: DealFacts, work: Work) -> None:
    """One deal at a time in all replicas, since a deal can make another one the first purchase."""
    await work.run(select(func.pg_advisory_xact_lock(_FOLLOWING)))
    known = await work.row(_KNOWN, opportunity=facts.opportunity_id)
    deal = _deal(known) if known else CampaignDeal.unheard(facts.opportunity_id)
    if not deal.is_news(facts):
        return
    accounts = {each for each in (deal.account_id, facts.account_id) if each}
    kin = [each for account in accounts for each in await _first_other(work, account, deal)]
    named = {facts.campaign_id, *(each.campaign_id for each in (deal, *kin))}
    campaigns = await _held(work, (each for each in named if each))
    follow(facts, deal, kin, {each.id: each for each in campaigns})
    for each in (deal, *kin):
        await work.run(_KEPT, **{name: getattr(each, name) for name in _DEAL})


async def _first_other(work: Work, account: UUID, deal: CampaignDeal) -> list[CampaignDeal]:
    """Of an account's many deals, only the first won one beside this can gain or lose by it."""
    rows = await work.rows(_FIRST, account=account, opportunity=deal.opportunity_id)
    return [_deal(row) for row in rows]


def _deal(row: Any) -> CampaignDeal:
    return CampaignDeal(**row._asdict())


async def _held(work: Work, ids: Iterable[UUID]) -> Sequence[Campaign]:
    """Locked in one order, so that two who need the same campaigns wait instead of deadlocking."""
    if not (wanted := list(ids)):
        return []
    return await work.held(Campaign, _CAMPAIGNS, ids=wanted)
