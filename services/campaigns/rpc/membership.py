"""What every change of a campaign's members shares: the campaign held, and its counts made true."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select

from kit.entity import Level
from kit.errors import Invalid, Moved, NotFound
from kit.records import Work, stored
from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.members import Member

_CAMPAIGN = bindparam("campaign", type_=Uuid())
_HELD = stored(Campaign).where(Campaign.id == _CAMPAIGN).with_for_update(key_share=True)
_COUNTS = select(
    func.count().label("members"), func.count(Member.responded_at).label("answers")
).where(Member.campaign_id == _CAMPAIGN, Member.binned_at.is_(None))
_STANDING = (
    stored(Campaign)
    .where(Campaign.id == any_(bindparam("ids", type_=ARRAY(Uuid))), Campaign.binned_at.is_(None))
    .order_by(Campaign.id)
    .with_for_update(key_share=True)
)


async def held(work: Work, campaign_id: UUID | str | None, level: Level = Level.EDIT) -> Campaign:
    """A campaign whose members and states stay as they are until the transaction ends."""
    if campaign_id is None:
        raise Invalid(campaign_id="Choose the campaign.")
    try:
        campaign = await _or_survivor(work, campaign_id, level)
    except NotFound:
        raise Invalid(campaign_id="There is no such campaign, or you may not see it.") from None
    await latest(work, campaign)
    return campaign


async def _or_survivor(work: Work, campaign_id: UUID | str, level: Level) -> Campaign:
    """Whoever says the id of one that was merged means the survivor."""
    try:
        return await work.get(Campaign, campaign_id, level)
    except Moved as moved:
        return await work.get(Campaign, str(moved.moved_to), level)


async def latest(work: Work, campaign: Campaign) -> None:
    """Holds a campaign as it is by now; references to it pass, those who would change it wait."""
    await work.hold(campaign)


async def hold(work: Work, campaign: Campaign) -> None:
    """Holds a campaign that is within reach as it was seen: has it changed since, writing is a conflict."""
    mine = select(Campaign.id).where(Campaign.id == campaign.id)
    await work.run(mine.with_for_update(key_share=True))


async def campaign_of(work: Work, member: Member) -> Campaign:
    """Whoever may change a member may do so even where the campaign itself is out of reach."""
    held_campaigns = await work.held(Campaign, _HELD, campaign=member.campaign_id)
    if not held_campaigns:
        raise NotFound
    return held_campaigns[0]


async def recount(work: Work, campaign: Campaign) -> None:
    """Counted whoever may see them, not added up, so that no way to come or go can make it wrong."""
    await work.flush()
    campaign.recount(*await work.row(_COUNTS, campaign=campaign.id))


async def recount_all(work: Work, ids: Collection[UUID]) -> None:
    """Counts anew those that stand, whoever may see them: the figures are of all members."""
    for campaign in await work.held(Campaign, _STANDING, ids=list(ids)):
        await recount(work, campaign)
