"""Something done with or for somebody: planned, assigned, carried out or reported afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from crm.scheduling.v1 import events_pb2 as events
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Audience,
    Before,
    Boolean,
    EntityName,
    Instant,
    Level,
    LongText,
    MayBePrivate,
    Picklist,
    Record,
    Reference,
    References,
    Tagged,
    Text,
    Tree,
    field,
)
from kit.entity.record import AT_ONCE
from kit.errors import Invalid, Refused
from services.scheduling.model.activity_presentation import ACTIVITY
from services.scheduling.model.activity_steps import STATUS, Status


class Type(StrEnum):
    """What kind of doing it is."""

    CALL = "call"
    EMAIL = "email"
    LETTER = "letter"
    MEETING = "meeting"
    TASK = "task"
    EVENT = "event"
    OTHER = "other"


class Priority(StrEnum):
    """How much it presses."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


SUBJECTS = (
    "parties.Account",
    "parties.Contact",
    "parties.Lead",
    "sales.Opportunity",
    "helpdesk.Ticket",
    "campaigns.Campaign",
)
"""What an activity may be about; it is seen by whoever sees that."""


@dataclass(frozen=True)
class Heirs:
    """What a lead became, and what its activities are about from then on."""

    account_id: UUID
    contact_id: UUID | None
    opportunity_id: UUID | None

    @property
    def subject(self) -> tuple[str, UUID]:
        """The deal if there is one, else the person, else the account: its entity and its id."""
        if self.opportunity_id:
            return "sales.Opportunity", self.opportunity_id
        if self.contact_id:
            return "parties.Contact", self.contact_id
        return "parties.Account", self.account_id


class Activity(MayBePrivate, Tagged, Record):
    """A call, email, letter, meeting, task or event with or for somebody."""

    __tablename__ = "activity"
    entity = "scheduling.Activity"
    plural = "Activities"
    presentation = ACTIVITY
    endings = ("completed_at",)
    words_of_files = {
        "type": {"VEVENT": Type.MEETING, "VTODO": Type.TASK},
        "status": {
            "COMPLETED": Status.DONE,
            "CANCELLED": Status.CANCELLED,
            "IN-PROCESS": Status.IN_PROGRESS,
        },
    }
    default_access = "parent"
    hangs_on = ("related_id", "account_id")
    touches = ("account_id", "contact_ids", "related_id")
    assigned_by = ("owner_id", "assignee_id")

    name: Mapped[str] = field(Text(200), "Name", searched=True, listed=True)
    type: Mapped[str] = field(Picklist(Type), "Type", initial=Type.TASK, listed=True)
    status: Mapped[str] = field(
        STATUS,
        "Status",
        initial=Status.PLANNED,
        listed=True,
        help="Use Cancel to call it off.",
    )
    priority: Mapped[str] = field(Picklist(Priority), "Priority", initial=Priority.NORMAL)
    assignee_id: Mapped[UUID | None] = field(
        Reference("identity.Person"), "Responsible", listed=True, index=True
    )
    description: Mapped[str | None] = field(LongText(), "Description", searched=True)
    outcome: Mapped[str | None] = field(LongText(), "Outcome", searched=True)

    starts_at: Mapped[datetime | None] = field(
        Instant(), "Starts", section="Time", listed=True, index=True
    )
    ends_at: Mapped[datetime | None] = field(Instant(), "Ends", section="Time")
    due_at: Mapped[datetime | None] = field(Instant(), "Due", section="Time", listed=True)
    all_day: Mapped[bool] = field(Boolean(), "All day", section="Time")
    completed_at: Mapped[datetime | None] = field(
        Instant(), "Done", section="Time", editable=False, creatable=True
    )
    cancelled_at: Mapped[datetime | None] = field(
        Instant(), "Called off", section="Time", editable=False
    )

    account_id: Mapped[UUID | None] = field(
        Reference("parties.Account", keep=("name", "industry", "country", "type", "owner_id")),
        "Account",
        section="With and about",
        index=True,
    )
    contact_ids: Mapped[list[UUID]] = field(
        References("parties.Contact", most=500), "Contacts taking part", section="With and about"
    )
    person_ids: Mapped[list[UUID]] = field(
        References("identity.Person", most=500), "Colleagues taking part", section="With and about"
    )
    project: Mapped[str | None] = field(Text(120), "Project", section="With and about")
    parent_id: Mapped[UUID | None] = field(
        Tree("scheduling.Activity"),
        "Part of",
        section="With and about",
        index=True,
    )
    related_entity: Mapped[str | None] = field(
        EntityName(),
        "Kind of record it is about",
        section="With and about",
        help="For example sales.Opportunity.",
    )
    related_id: Mapped[UUID | None] = field(
        Reference(among=SUBJECTS, named_by="related_entity"),
        "Record it is about",
        section="With and about",
    )

    __table_args__ = (
        Index(None, "related_id", "related_entity"),
        Index(None, "contact_ids", postgresql_using="gin", postgresql_with=AT_ONCE),
        Index(None, "person_ids", postgresql_using="gin", postgresql_with=AT_ONCE),
    )

    def prepare(self, actor: Actor) -> None:
        """What nobody was assigned falls to whoever noted it down."""
        self.assignee_id = self.assignee_id or self.owner_id or actor.person_id
        if self.status == Status.DONE and self.completed_at is None:
            now = datetime.now(UTC)
            self.completed_at = min(self.ends_at or now, now)

    def check(self) -> None:
        self._check_time()
        self._check_relation()

    def _check_time(self) -> None:
        if self.starts_at is None and (self.ends_at is not None or self.all_day):
            raise Invalid(starts_at="Say when it starts.")
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise Invalid(ends_at="The end must not be before the start.")

    def _check_relation(self) -> None:
        if (self.related_entity is None) != (self.related_id is None):
            lacking = "related_id" if self.related_id is None else "related_entity"
            raise Invalid("", {lacking: "Name both the kind of record and the record, or neither."})
        if self.related_entity and self.related_entity not in SUBJECTS:
            raise Invalid(related_entity=f"Choose one of: {', '.join(SUBJECTS)}.")

    def changed(self, before: Before | None) -> None:
        """By verb, by hand or reported afterwards: done is done, and said once."""
        if self.status == Status.DONE and (before is None or before.status != Status.DONE):
            self._announce_completion()

    def audience(self) -> Iterable[Audience]:
        """Whoever is responsible works on it; colleagues who take part can read it."""
        if self.assignee_id is not None:
            yield Audience("person", self.assignee_id)
        for person in self.person_ids:
            yield Audience("person", person, Level.READ)

    def complete(self, outcome: str | None, at: datetime) -> None:
        self._end(Status.DONE)
        self.completed_at = at
        self.outcome = outcome or self.outcome

    def cancel(self, reason: str | None, at: datetime) -> None:
        """Its bookings are cancelled beside it by whoever calls, in the same transaction."""
        self._end(Status.CANCELLED)
        self.cancelled_at = at
        self.outcome = reason or self.outcome

    def pass_on(self, heirs: Heirs) -> None:
        """The lead it was about has been converted; all of what that became lead to it."""
        self.related_entity, self.related_id = heirs.subject
        self.account_id = self.account_id or heirs.account_id
        if heirs.contact_id and heirs.contact_id not in self.contact_ids:
            self.contact_ids = [*self.contact_ids, heirs.contact_id]

    def _end(self, status: Status) -> None:
        if self.status in STATUS.closed:
            raise Refused(f"This activity is {self.status} already.")
        self.status = status

    def _announce_completion(self) -> None:
        self.announce(
            events.ActivityCompleted(
                id=str(self.id),
                name=self.name,
                type=self.type,
                assignee_id=_text(self.assignee_id),
                created_by=self.created_by,
                account_id=_text(self.account_id),
                related_entity=self.related_entity,
                related_id=_text(self.related_id),
                outcome=self.outcome,
                completed_at=Instant().show(self.completed_at),
            )
        )


def _text(known: UUID | None) -> str | None:
    return None if known is None else str(known)
