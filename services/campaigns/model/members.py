"""A recipient of a campaign: who it is, and the states it went through."""

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from kit.entity import (
    ActorName,
    Instant,
    LongText,
    MayBePrivate,
    Presentation,
    Record,
    Reference,
    Row,
    Rows,
    Tagged,
    Text,
    field,
    row_field,
)
from kit.entity.presentation import Action, Ask
from kit.errors import Invalid

if TYPE_CHECKING:
    from services.campaigns.model.campaigns import Campaign


class StateChange(Row):
    """One state that a member entered."""

    state: str = row_field(Text(80), "State")
    at: datetime = row_field(Instant(), "At")
    by: str = row_field(ActorName(), "By")


class Member(MayBePrivate, Tagged, Record):
    """A contact or a lead in one campaign."""

    __tablename__ = "member"
    entity = "campaigns.Member"
    plural = "Members"
    no_bin = "Who left a campaign is added again as fast as restored, and the campaign counts anew."
    default_access = "parent"
    hangs_on = ("campaign_id",)
    title = "state"
    presentation = Presentation(
        icon="user-group",
        area="marketing",
        rank=65,
        named_after=("contact_id", "lead_id"),
        actions=(
            Action(
                "SetState",
                "Change state",
                "arrow-right",
                past="changed the state",
                asks=(Ask("state", help="One of the campaign's states.", required=True),),
            ),
        ),
    )

    campaign_id: Mapped[UUID] = field(
        Reference("campaigns.Campaign", here=True),
        "Campaign",
        editable=False,
        creatable=True,
        listed=True,
    )
    contact_id: Mapped[UUID | None] = field(
        Reference("parties.Contact", keep=("name", "job_title", "email")),
        "Contact",
        editable=False,
        creatable=True,
        listed=True,
        index=True,
    )
    lead_id: Mapped[UUID | None] = field(
        Reference("parties.Lead", keep=("name", "company", "industry", "status")),
        "Lead",
        editable=False,
        creatable=True,
        listed=True,
        index=True,
    )
    state: Mapped[str] = field(
        Text(80), "State", editable=False, creatable=True, required=False, listed=True,
        help="One of the campaign's states; the first when empty.",
    )  # fmt: skip
    state_log: Mapped[list[StateChange]] = field(
        Rows(StateChange), "State log", section="States", editable=False
    )
    responded_at: Mapped[datetime | None] = field(
        Instant(), "First answer", section="States", editable=False, listed=True
    )
    note: Mapped[str | None] = field(LongText(), "Note")

    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id", name="uq_member_contact_id"),
        UniqueConstraint("campaign_id", "lead_id", name="uq_member_lead_id"),
        CheckConstraint(
            "erased_at is not null or num_nonnulls(contact_id, lead_id) = 1",
            name="contact_or_lead",
        ),
    )

    def check(self) -> None:
        if self.contact_id is None and self.lead_id is None:
            raise Invalid(contact_id="Choose the contact or the lead.")
        if self.contact_id is not None and self.lead_id is not None:
            raise Invalid(lead_id="A member is either a contact or a lead; leave one out.")

    def join(self, campaign: "Campaign", at: datetime, by: str) -> None:
        """Enters a campaign, in its first state unless another was given."""
        campaign.admit()
        self.campaign_id = campaign.id
        self._enter(campaign, self.state or campaign.first_state(), at, by)

    def set_state(self, campaign: "Campaign", state: str, at: datetime, by: str) -> None:
        """The same state again changes nothing, so that a repeated call leaves one entry."""
        if state != self.state:
            self._enter(campaign, state, at, by)

    def take_in(self, other: Self) -> None:
        """It stands where the one of both stands that went further, and went through the states of both."""
        if other._went > self._went:
            self.state = other.state
        both = [*self.state_log, *other.state_log]
        self.state_log = sorted(both, key=lambda each: each.at)
        answers = (each.responded_at for each in (self, other) if each.responded_at)
        self.responded_at = min(answers, default=None)

    @property
    def _went(self) -> tuple[bool, int]:
        """How far it went: whoever answered further than who did not, then by the states gone through."""
        return self.responded_at is not None, len(self.state_log)

    def become(self, contact_id: UUID) -> None:
        """The lead it was has been converted; what it answered so far stays."""
        self.contact_id, self.lead_id = contact_id, None

    def _enter(self, campaign: "Campaign", state: str, at: datetime, by: str) -> None:
        campaign.vouch(state)
        self.state = state
        self.state_log = [*self.state_log, StateChange(state=state, at=at, by=by)]
        if self.responded_at is None and state in campaign.responded_states:
            self.responded_at = at
