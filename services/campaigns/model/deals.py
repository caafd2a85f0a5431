"""What is remembered of each opportunity, so that an event delivered twice or late changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.database.tables import metadata

if TYPE_CHECKING:
    from services.campaigns.model.campaigns import Campaign


class Outcome(StrEnum):
    """How an opportunity stands; the row of a deleted one stays, so that it stays gone."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    GONE = "gone"


@dataclass(frozen=True)
class DealFacts:
    """What sales says about one opportunity at one version."""

    opportunity_id: UUID
    version: int
    outcome: Outcome
    campaign_id: UUID | None = None
    account_id: UUID | None = None
    amount: Decimal | None = None
    currency: str | None = None
    closed_on: date | None = None


class Ledger(DeclarativeBase):
    """What the service keeps for itself beside its entities."""

    metadata = metadata


class CampaignDeal(Ledger):
    """One opportunity as last heard of, with or without a campaign: first purchases need all."""

    __tablename__ = "campaign_deal"

    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    outcome: Mapped[str]
    # No foreign keys: sales may name a campaign that is gone.
    campaign_id: Mapped[UUID | None] = mapped_column(index=True)
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    currency: Mapped[str | None]
    closed_on: Mapped[date | None]
    first_purchase: Mapped[bool]

    @classmethod
    def unheard(cls, opportunity_id: UUID) -> "CampaignDeal":
        """An opportunity of which nothing is known yet, older than every version."""
        return cls(
            opportunity_id=opportunity_id, version=0, outcome=Outcome.GONE, first_purchase=False
        )

    @property
    def won(self) -> bool:
        return self.outcome == Outcome.WON

    @property
    def counts(self) -> bool:
        return self.outcome != Outcome.GONE

    def is_news(self, facts: DealFacts) -> bool:
        return facts.version > self.version

    def take(self, facts: DealFacts) -> None:
        self.version, self.outcome = facts.version, facts.outcome
        self.campaign_id, self.account_id = facts.campaign_id, facts.account_id
        self.amount, self.currency = facts.amount, facts.currency
        self.closed_on = facts.closed_on


def follow(
    facts: DealFacts,
    deal: CampaignDeal,
    kin: Iterable[CampaignDeal],
    campaigns: Mapping[UUID, "Campaign"],
) -> None:
    """Takes in what sales says: every deal concerned leaves its campaign's sums and enters anew.

    `kin` are the other deals of the account before and after; `campaigns` those of all of them.
    """
    if not deal.is_news(facts):
        return
    deals = [deal, *(each for each in kin if each is not deal)]
    for each in deals:
        _book(each, campaigns, -1)
    deal.take(facts)
    mark_first_purchases(deals)
    for each in deals:
        _book(each, campaigns, +1)


def _book(deal: CampaignDeal, campaigns: Mapping[UUID, "Campaign"], sign: int) -> None:
    campaign = campaigns.get(deal.campaign_id) if deal.campaign_id else None
    if campaign is not None:
        campaign.book(deal, sign)


def mark_first_purchases(deals: Sequence[CampaignDeal]) -> None:
    """Of each account's won deals, the earliest made it a customer."""
    for deal in deals:
        deal.first_purchase = False
    bought = [deal for deal in deals if deal.won and deal.account_id is not None]
    bought.sort(key=lambda deal: (str(deal.account_id), *_order(deal)))
    for _, own in groupby(bought, key=lambda deal: deal.account_id):
        next(own).first_purchase = True


def _order(deal: CampaignDeal) -> tuple[date, UUID]:
    return deal.closed_on or date.max, deal.opportunity_id
