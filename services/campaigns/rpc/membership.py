"""What every change of a campaign's members shares: the campaign held, and its counts made true."""

from uuid import UUID

from sqlalchemy import func, select

from kit.entity import Level
from kit.errors import Invalid, NotFound
from kit.records import Work
from services.campaigns.model.campaigns import Campaign
from services.campaigns.model.members import Member


async def held(work: Work, campaign_id: UUID | str | None, level: Level = Level.EDIT) -> Campaign:
    """A campaign whose members and states stay as they are until the transaction ends."""
    if campaign_id is None:
        raise Invalid(campaign_id="Choose the campaign.")
    try:
        campaign = await work.get(Campaign, campaign_id, level)
    except NotFound:
        raise Invalid(campaign_id="There is no such campaign, or you may not see it.") from None
    await latest(work, campaign)
    return campaign


async def latest(work: Work, campaign: Campaign) -> None:
    """Holds a campaign as it is by now; references to it pass, those who would change it wait."""
    await work.session.refresh(campaign, with_for_update={"key_share": True})


async def hold(work: Work, campaign: Campaign) -> None:
    """Holds a campaign as it was seen: if it has changed since, writing it will be a conflict."""
    mine = select(Campaign.id).where(Campaign.id == campaign.id)
    await work.session.execute(mine.with_for_update(key_share=True))


async def campaign_of(work: Work, member: Member) -> Campaign:
    """Whoever may change a member may do so even where the campaign itself is out of reach."""
    mine = select(Campaign).where(Campaign.id == member.campaign_id)
    campaign = await work.session.scalar(mine.with_for_update(key_share=True))
    if campaign is None:
        raise NotFound
    return campaign


async def recount(work: Work, campaign: Campaign) -> None:
    """Counted, not added up, so that no way by which members come or go can make it wrong."""
    await work.flush()
    counts = select(func.count(), func.count(Member.responded_at)).where(
        Member.campaign_id == campaign.id
    )
    campaign.recount(*(await work.session.execute(counts)).one())
