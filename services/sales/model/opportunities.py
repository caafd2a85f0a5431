"""A chance of a sale to a customer: what it is, how it moves, and how it ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    CURRENCIES,
    Before,
    Boolean,
    Day,
    LongText,
    MayBePrivate,
    Money,
    Parts,
    Percent,
    Picklist,
    Record,
    Reference,
    Tagged,
    Text,
    field,
)
from kit.entity.tracking import is_stored, replaced, was
from kit.errors import Invalid, Refused
from services.sales.model.headings import OPPORTUNITY_HEADINGS
from services.sales.model.opportunity_events import events_of
from services.sales.model.opportunity_lines import OpportunityLine
from services.sales.model.opportunity_presentation import OPPORTUNITY
from services.sales.model.stage_changes import StageChange
from services.sales.model.stages import Outcome, Stage

_NOTHING, _TOO_MUCH = Decimal(0), Decimal(10) ** 16


class Opportunity(MayBePrivate, Tagged, Record):
    """A chance of a sale to a customer."""

    __tablename__ = "opportunity"
    entity = "sales.Opportunity"
    plural = "Opportunities"
    headings = OPPORTUNITY_HEADINGS
    presentation = OPPORTUNITY
    endings = ("closed_on",)
    default_access = "parent"
    hangs_on = ("account_id",)

    name: Mapped[str] = field(
        Text(200),
        "Name",
        searched=True,
        listed=True,
        required=False,
        help="The code when left empty.",
    )
    code: Mapped[str | None] = field(Text(40), "Code", searched=True, unique=True)
    account_id: Mapped[UUID | None] = field(
        Reference("parties.Account", keep=("name", "industry", "country", "type", "owner_id")),
        "Account",
        listed=True,
        index=True,
    )
    contact_id: Mapped[UUID | None] = field(
        Reference("parties.Contact", keep=("name", "job_title")), "Contact", index=True
    )
    product_id: Mapped[UUID | None] = field(
        Reference("sales.Product", here=True), "Product", listed=True, index=True
    )
    campaign_id: Mapped[UUID | None] = field(
        Reference("campaigns.Campaign", keep=("name", "type", "status")), "Campaign", index=True
    )
    stage_id: Mapped[UUID] = field(
        Reference("sales.Stage", here=True),
        "Stage",
        listed=True,
        editable=False,
        creatable=True,
        required=False,
    )
    outcome: Mapped[str] = field(
        Picklist(Outcome), "Outcome", initial=Outcome.OPEN, listed=True, editable=False
    )
    reason: Mapped[str | None] = field(
        LongText(), "Reason", editable=False, creatable=True, help="Why it stands where it stands."
    )
    amount: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Estimated value", section="Value", listed=True
    )
    currency: Mapped[str | None] = field(
        Picklist(CURRENCIES), "Currency", section="Value", initial="EUR"
    )
    lines: Mapped[list[OpportunityLine]] = field(
        Parts(OpportunityLine, most=200), "Lines", section="Lines"
    )
    realised_amount: Mapped[Decimal | None] = field(
        Money(currency="currency"), "Realised value", section="Value", help="What the sale brought."
    )
    probability: Mapped[Decimal | None] = field(Percent(), "Probability", section="Value")
    forecast_included: Mapped[bool] = field(
        Boolean(), "Counts in the forecast", section="Value", initial=True
    )
    opened_on: Mapped[date] = field(Day(), "Opened on", section="Time", required=False)
    expected_close_on: Mapped[date | None] = field(
        Day(), "Expected to close on", section="Time", listed=True
    )
    closed_on: Mapped[date | None] = field(
        Day(), "Closed on", section="Time", editable=False, creatable=True
    )
    next_step: Mapped[str | None] = field(Text(500), "Next step", section="Time")
    description: Mapped[str | None] = field(LongText(), "Description", section="Background")
    lead_id: Mapped[UUID | None] = field(
        Reference("parties.Lead", keep=("name", "source")),
        "Lead",
        section="Background",
        editable=False,
        creatable=True,
        index=True,
    )
    conversion_id: Mapped[UUID | None] = field(
        Reference("parties.Conversion"),
        "Conversion",
        section="Background",
        editable=False,
        creatable=True,
        unique=True,
    )

    __table_args__ = (
        Index("ix_opportunity_board", "stage_id", "updated_at", "id"),
        Index("ix_opportunity_closed", "outcome", "closed_on"),
        Index("ix_opportunity_expected", "outcome", "expected_close_on"),
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - nothing depends on who asks
        self.name = self.name or self.code or ""
        if self.opened_on is None:
            today = _today()
            self.opened_on = min(today, self.closed_on or today)
        if replaced(self, "lines") or not is_stored(self):
            self.lines = [line.reckoned(self.currency) for line in self.lines]
        if self.lines:
            self._follow_lines()

    def _follow_lines(self) -> None:
        """The value is that of the lines; what is sent back as it was read is no wish to change it."""
        total = sum((line.amount or _NOTHING for line in self.lines), _NOTHING)
        if total >= _TOO_MUCH:
            raise Invalid(lines="The lines add up to more than anybody pays; look at quantities.")
        if self.amount not in (None, total, was(self, "amount")):
            raise Invalid(amount="The value follows from the lines; change those instead.")
        if self.amount != total:
            self.amount = total

    def check(self) -> None:
        wrong = dict(self._wrong())
        if wrong:
            raise Invalid("", wrong)

    def _wrong(self) -> Iterator[tuple[str, str]]:
        if not self.name:
            yield "name", "Give the deal a name or a code."
        for name in ("amount", "realised_amount"):
            if (value := getattr(self, name)) is not None and value < 0:
                yield name, "A value cannot be negative."
        if self.currency is None and (self.amount, self.realised_amount) != (None, None):
            yield "currency", "Say in which currency the value is."
        yield from self._wrong_lines()
        yield from self._wrong_end()

    def _wrong_lines(self) -> Iterator[tuple[str, str]]:
        found = (
            (number, told) for number, line in enumerate(self.lines, 1) for told in line.wrong()
        )
        for number, told in islice(found, 1):
            yield "lines", f"Line {number}: {told}"

    def _wrong_end(self) -> Iterator[tuple[str, str]]:
        if self.open and self.realised_amount is not None:
            yield "realised_amount", "A deal has a realised value when it is won; win it first."
        if self.open and self.closed_on is not None:
            yield (
                "closed_on",
                "This deal is open; give it a stage that ends it, or leave the day empty.",
            )
        if self.outcome == Outcome.WON and self.realised_amount is None:
            yield "realised_amount", "Say what the sale brought."
        if self.outcome == Outcome.LOST and self.realised_amount:
            yield "realised_amount", "A lost deal brought nothing; leave this empty."
        if self.closed_on is not None and self.closed_on < self.opened_on:
            yield "closed_on", f"The deal cannot end before it began, on {self.opened_on}."

    @property
    def open(self) -> bool:
        return self.outcome == Outcome.OPEN

    def enter(self, stage: Stage, *, by: str, at: datetime) -> StageChange:
        """Puts a new deal into its first stage; one of the past may enter an ending stage."""
        given = self.probability
        self._stand(stage, self.realised_amount, self.closed_on)
        if given is not None and not stage.ends:
            self.probability = given
        return self._log(None, stage, by, at, self.reason)

    def move(
        self,
        leaving: Stage,
        to: Stage,
        *,
        by: str,
        at: datetime,
        reason: str | None = None,
        amount: Decimal | None = None,
        closed_on: date | None = None,
    ) -> StageChange:
        """Moves an open deal; a stage that asks for a reason gets one."""
        if not self.open:
            raise Refused(f"This deal is {self.outcome}; reopen it before you move it.")
        if to.id == leaving.id:
            raise Refused(f"This deal stands in {to.name} already; choose another stage.")
        if to.asks_reason and not reason:
            raise Invalid(reason=f"Say why the deal goes to {to.name}.")
        self.reason = reason
        self._stand(to, amount, closed_on)
        return self._log(leaving, to, by, at, reason)

    def reopen(
        self, leaving: Stage, to: Stage, *, by: str, at: datetime, reason: str | None = None
    ) -> StageChange:
        """Takes a deal that has ended back into an open stage."""
        if self.open:
            raise Refused("This deal is open; there is nothing to reopen.")
        if to.ends:
            raise Invalid(stage_id=f"{to.name} ends a deal; choose an open stage.")
        self.reason = reason
        self._stand(to, None, None)
        return self._log(leaving, to, by, at, reason)

    def _stand(self, stage: Stage, amount: Decimal | None, closed_on: date | None) -> None:
        self.stage_id, self.outcome = stage.id, stage.outcome
        self.probability = stage.probability
        self.closed_on = (closed_on or _today()) if stage.ends else None
        estimate = self.amount if stage.outcome == Outcome.WON else None
        self.realised_amount = estimate if amount is None else amount

    def _log(
        self, leaving: Stage | None, to: Stage, by: str, at: datetime, reason: str | None
    ) -> StageChange:
        return StageChange(
            name=f"{leaving.name} → {to.name}" if leaving else to.name,
            owner_id=self.owner_id,
            opportunity_id=self.id,
            from_stage_id=leaving.id if leaving else None,
            to_stage_id=to.id,
            at=at,
            by=by,
            reason=reason,
        )

    def changed(self, before: Before | None) -> None:
        for event in events_of(self, before):
            self.announce(event)


def _today() -> date:
    return datetime.now(UTC).date()
