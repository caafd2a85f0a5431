"""A marketing campaign: what it is, and how its result is reckoned."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Audience,
    Choice,
    Day,
    Decimals,
    Integer,
    LongText,
    MayBePrivate,
    Money,
    Picklist,
    Record,
    References,
    Row,
    Rows,
    Step,
    Steps,
    Tagged,
    Text,
    Tree,
    Words,
    field,
    row_field,
)
from kit.errors import Invalid, Refused
from services.campaigns.model.campaign_presentation import CAMPAIGN
from services.campaigns.model.deals import CampaignDeal


class GoalType(StrEnum):
    """What a campaign is for."""

    SALES = "sales"
    AWARENESS = "awareness"
    IMAGE = "image"
    LOYALTY = "loyalty"
    OTHER = "other"


class Type(StrEnum):
    """How a campaign may be carried out, to begin with; administrators keep the list."""

    EMAIL = "email"
    EVENT = "event"
    FAIR = "fair"
    PHONE = "phone"
    ADVERTISING = "advertising"
    WEB = "web"
    OTHER = "other"


class Status(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class WonAmount(Row):
    """The won value in one currency; two currencies are never added up."""

    currency: str = row_field(Picklist(CURRENCIES), "Currency")
    count: int = row_field(Integer(low=0), "Deals", initial=0)
    amount: Decimal = row_field(Decimals(), "Amount", initial=Decimal(0))


STATUS = Steps(
    Status,
    (
        Step(Status.PLANNED, "blue", to=(Status.ACTIVE, Status.COMPLETED, Status.CANCELLED)),
        Step(Status.ACTIVE, "green", to=(Status.PLANNED, Status.COMPLETED, Status.CANCELLED)),
        Step(Status.COMPLETED, "green", to=(Status.ACTIVE,), closed=True),
        Step(Status.CANCELLED, "red", to=(Status.PLANNED, Status.ACTIVE), closed=True, aside=True),
    ),
)
CENT = Decimal("0.01")
SHARE = Decimals(28, 2)  # A return may be negative or far above a hundred.


class Campaign(MayBePrivate, Tagged, Record):
    """A set of marketing activities with a goal, a budget, recipients and a result."""

    __tablename__ = "campaign"
    entity = "campaigns.Campaign"
    plural = "Campaigns"
    presentation = CAMPAIGN
    assigned_by = ("owner_id", "responsible_ids")

    name: Mapped[str] = field(Text(120), "Name", searched=True, listed=True)
    code: Mapped[str | None] = field(Text(40), "Code", unique=True, searched=True)
    goal_type: Mapped[str] = field(Picklist(GoalType), "Goal type", initial=GoalType.SALES)
    type: Mapped[str] = field(
        Choice("campaigns.campaign.type"), "Type", initial=Type.EMAIL, listed=True
    )
    status: Mapped[str] = field(STATUS, "Status", initial=Status.PLANNED, listed=True)
    starts_on: Mapped[date | None] = field(Day(), "First day", listed=True)
    ends_on: Mapped[date | None] = field(Day(), "Last day", listed=True)
    parent_id: Mapped[UUID | None] = field(Tree("campaigns.Campaign"), "Part of", index=True)

    goals: Mapped[str | None] = field(LongText(), "Goals", section="Plan")
    assumptions: Mapped[str | None] = field(LongText(), "Assumptions", section="Plan")
    plan: Mapped[str | None] = field(LongText(), "Plan", section="Plan")
    target_audience: Mapped[str | None] = field(LongText(), "Target audience", section="Plan")
    responsible_ids: Mapped[list[UUID]] = field(
        References("identity.Person"), "Responsible", section="Plan"
    )
    planned_actions: Mapped[int] = field(
        Integer(low=0), "Planned actions", section="Plan", initial=0
    )
    done_actions: Mapped[int] = field(Integer(low=0), "Done actions", section="Plan", initial=0)

    currency: Mapped[str] = field(Picklist(CURRENCIES), "Currency", section="Money", initial="EUR")
    budget: Mapped[Decimal | None] = field(Money(currency="currency"), "Budget", section="Money")
    actual_cost: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Actual cost", section="Money"
    )
    expected_revenue: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Expected revenue", section="Money"
    )
    settlement: Mapped[str | None] = field(LongText(), "Settlement", section="Money")

    member_states: Mapped[list[str]] = field(
        Words(),
        "Member states",
        section="Members",
        initial=("Planned", "Sent", "Confirmed", "Rejected", "Interest"),
        help="A new member gets the first.",
    )
    responded_states: Mapped[list[str]] = field(
        Words(),
        "States that are an answer",
        section="Members",
        initial=("Confirmed", "Rejected", "Interest"),
    )
    member_count: Mapped[int] = field(
        Integer(low=0), "Members", section="Members", initial=0, figure=True, listed=True
    )
    responded_count: Mapped[int] = field(
        Integer(low=0), "Have answered", section="Members", initial=0, figure=True
    )

    opportunity_count: Mapped[int] = field(
        Integer(low=0), "Opportunities", section="Result", initial=0, figure=True
    )
    won_count: Mapped[int] = field(
        Integer(low=0), "Won deals", section="Result", initial=0, figure=True
    )
    won_amount: Mapped[Decimal] = field(
        Money(currency="currency"),
        "Won value",
        section="Result",
        initial=Decimal(0),
        figure=True,
        listed=True,
        help="In the campaign's own currency only.",
    )
    won_by_currency: Mapped[list[WonAmount]] = field(
        Rows(WonAmount), "Won value by currency", section="Result", figure=True
    )
    new_customers: Mapped[int] = field(
        Integer(low=0), "New customers", section="Result", initial=0, figure=True
    )
    profit: Mapped[Decimal | None] = field(
        Money(currency="currency"),
        "Profit",
        section="Result",
        figure=True,
        help="Unknown while something was won in another currency.",
    )
    return_on_investment: Mapped[Decimal | None] = field(
        SHARE, "Return on investment, %", section="Result", figure=True, listed=True
    )
    cost_per_customer: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Cost of a new customer", section="Result", figure=True
    )
    completion: Mapped[Decimal | None] = field(
        SHARE, "Completion, %", section="Result", figure=True
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - the hook's own signature
        self.reckon()

    def check(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Invalid(ends_on="The last day must not be before the first.")
        if not self.member_states:
            raise Invalid(member_states="Name at least one state; new members get the first.")
        strange = [state for state in self.responded_states if state not in self.member_states]
        if strange:
            raise Invalid(
                responded_states=f"{strange[0]!r} is not among the member states; add it there."
            )

    def removing(self) -> None:
        # Those of a merged one go along to the survivor.
        if self.merged_into is None and (self.member_count or self.opportunity_count):
            raise Refused("This campaign has members or opportunities; cancel it instead.")

    def audience(self) -> Iterable[Audience]:
        """Whoever answers for a campaign works on it."""
        return (Audience("person", person) for person in self.responsible_ids)

    def first_state(self) -> str:
        return self.member_states[0]

    def vouch(self, state: str) -> None:
        """Raises Invalid unless a member can be in this state."""
        if state not in self.member_states:
            known = ", ".join(self.member_states)
            raise Invalid(state=f"This campaign has no state {state!r}; choose one of: {known}.")

    def admit(self) -> None:
        """Raises Refused when nobody can join any more."""
        if self.status in STATUS.closed:
            raise Refused(f"This campaign is {self.status}; it takes no more members.")

    def recount(self, members: int, responded: int) -> None:
        self.member_count, self.responded_count = members, responded

    def book(self, deal: CampaignDeal, sign: int) -> None:
        """Adds a deal to the sums (+1) or takes it out again (-1)."""
        if not deal.counts:
            return
        self.opportunity_count += sign
        if deal.won:
            self.won_count += sign
            self.new_customers += sign * deal.first_purchase
            self._weigh(deal, sign)
        self.reckon()

    def _weigh(self, deal: CampaignDeal, sign: int) -> None:
        """The list is made anew: a change inside it would go unnoticed."""
        if deal.currency is None or deal.amount is None:
            return
        rows = {row.currency: row for row in self.won_by_currency}
        old = rows.get(deal.currency) or _nothing_in(deal.currency)
        rows[deal.currency] = WonAmount(
            currency=deal.currency,
            count=old.count + sign,
            amount=old.amount + sign * deal.amount,
        )
        self.won_by_currency = [rows[each] for each in sorted(rows) if rows[each].count]

    def reckon(self) -> None:
        """Profit, return, cost of a customer and completion follow from the sums (CA-05).

        What was won in another currency is worth something, nobody knows how much in the campaign's
        own: profit and return are unknown then.
        """
        won = {row.currency: row.amount for row in self.won_by_currency if row.amount}
        self.won_amount = won.pop(self.currency, Decimal(0))
        cost = self.actual_cost
        self.profit = None if cost is None or won else self.won_amount - cost
        self.return_on_investment = _percent(self.profit, cost)
        self.cost_per_customer = _each(cost, self.new_customers)
        self.completion = _percent(_number(self.done_actions), _number(self.planned_actions))


def _nothing_in(currency: str) -> WonAmount:
    return WonAmount(currency=currency, count=0, amount=Decimal(0))


def _percent(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or not whole else _cents(part * 100 / whole)


def _cents(exact: Decimal) -> Decimal:
    """Half a cent goes up, as people and PostgreSQL round."""
    return exact.quantize(CENT, ROUND_HALF_UP)


def _number(known: int | None) -> Decimal | None:
    """Emptied fields come by here before the kit refuses them."""
    return None if known is None else Decimal(known)


def _each(cost: Decimal | None, customers: int) -> Decimal | None:
    return None if cost is None or not customers else _cents(cost / customers)
