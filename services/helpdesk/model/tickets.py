"""A customer's question or problem: what it is, and its steps from arrival to settlement."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from crm.helpdesk.v1 import events_pb2 as events
from sqlalchemy.orm import Mapped

from kit.actor import Actor
from kit.entity import (
    Audience,
    Before,
    Choice,
    Instant,
    Integer,
    LongText,
    MayBePrivate,
    Number,
    Picklist,
    Record,
    Reference,
    Tagged,
    Text,
    field,
)
from kit.errors import Invalid, Refused
from services.helpdesk.model.ticket_presentation import TICKET
from services.helpdesk.model.ticket_steps import STATUS, Status


class Type(StrEnum):
    """What the customer may want, to begin with; administrators keep the list."""

    QUESTION = "question"
    PROBLEM = "problem"
    REQUEST = "request"
    COMPLAINT = "complaint"


class Priority(StrEnum):
    """How much it presses."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    """How a ticket may come, to begin with; administrators keep the list."""

    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"
    CHAT = "chat"
    OTHER = "other"


class Ticket(MayBePrivate, Tagged, Record):
    """A customer's question, problem, request or complaint and how it is settled."""

    __tablename__ = "ticket"
    entity = "helpdesk.Ticket"
    plural = "Tickets"
    endings = ("resolved_at", "closed_at")
    default_access = "parent"
    hangs_on = ("account_id",)
    assigned_by = ("owner_id", "assignee_id")
    title = "subject"
    presentation = TICKET

    number: Mapped[str] = field(Number("T-"), "Number", searched=True, listed=True)
    subject: Mapped[str] = field(Text(200), "Subject", searched=True, listed=True)
    description: Mapped[str | None] = field(LongText(), "Description", searched=True)
    type: Mapped[str] = field(Choice("helpdesk.ticket.type"), "Type", initial=Type.QUESTION)
    priority: Mapped[str] = field(
        Picklist(Priority), "Priority", initial=Priority.NORMAL, listed=True
    )
    status: Mapped[str] = field(
        STATUS,
        "Status",
        initial=Status.NEW,
        listed=True,
        index=True,
        help="Use Reopen to take up a settled ticket again.",
    )
    channel: Mapped[str] = field(
        Choice("helpdesk.ticket.channel"), "Channel", initial=Channel.PHONE
    )
    due_at: Mapped[datetime | None] = field(Instant(), "Due", listed=True)

    account_id: Mapped[UUID | None] = field(
        Reference("parties.Account", keep=("name", "industry", "country", "type", "owner_id")),
        "Account",
        section="Customer",
        listed=True,
        index=True,
    )
    contact_id: Mapped[UUID | None] = field(
        Reference("parties.Contact", keep=("name", "job_title", "email")),
        "Contact",
        section="Customer",
        index=True,
    )
    product_id: Mapped[UUID | None] = field(
        Reference("sales.Product", keep=("name", "category")),
        "Product",
        section="Customer",
        index=True,
    )

    assignee_id: Mapped[UUID | None] = field(
        Reference("identity.Person"),
        "Assignee",
        section="Assignment",
        editable=False,
        creatable=True,
        listed=True,
        index=True,
    )
    group_id: Mapped[UUID | None] = field(
        Reference("identity.Group"),
        "Group",
        section="Assignment",
        editable=False,
        creatable=True,
        index=True,
    )
    assignment_note: Mapped[str | None] = field(
        LongText(2_000), "Assignment note", section="Assignment", editable=False
    )

    resolution: Mapped[str | None] = field(
        LongText(), "Resolution", section="Settlement", searched=True
    )
    resolved_at: Mapped[datetime | None] = field(
        Instant(), "Resolved", section="Settlement", editable=False, creatable=True
    )
    closed_at: Mapped[datetime | None] = field(
        Instant(), "Closed", section="Settlement", editable=False, creatable=True
    )
    first_response_at: Mapped[datetime | None] = field(
        Instant(), "First response", section="Settlement"
    )
    reopened_count: Mapped[int] = field(
        Integer(low=0), "Times reopened", section="Settlement", initial=0, editable=False
    )
    reopen_reason: Mapped[str | None] = field(
        LongText(2_000), "Reason of the last reopening", section="Settlement", editable=False
    )

    def prepare(self, actor: Actor) -> None:  # noqa: ARG002 - the hook's own signature
        """A ticket that is settled by hand, or taken in as settled, was settled by now."""
        if self.status in STATUS.closed and self.resolved_at is None:
            self.resolved_at = datetime.now(UTC)
        if self.status == Status.CLOSED and self.closed_at is None:
            self.closed_at = datetime.now(UTC)

    def check(self) -> None:
        if self.status in STATUS.closed and not self.resolution:
            raise Invalid(resolution="Say how the ticket was settled.")

    def changed(self, before: Before | None) -> None:
        """By verb or by hand, resolved is resolved; what is taken in as settled is no news."""
        if before is not None and before.status != self.status == Status.RESOLVED:
            self._announce_resolution()

    def audience(self) -> Iterable[Audience]:
        """Whoever is to settle a ticket must be able to see it."""
        if self.assignee_id is not None:
            yield Audience("person", self.assignee_id)
        if self.group_id is not None:
            yield Audience("group", self.group_id)

    def assign(self, assignee_id: UUID | None, group_id: UUID | None, note: str | None) -> None:
        """A group alone takes the ticket from the person; a person alone leaves the group."""
        if assignee_id is None and group_id is None:
            raise Invalid(assignee_id="Name the person or the group that takes over.")
        if self.status == Status.CLOSED:
            raise Refused("This ticket is closed; reopen it first.")
        previous = self.assignee_id
        self.assignee_id = assignee_id
        self.group_id = group_id or self.group_id
        self.assignment_note = note or None
        if self.status == Status.NEW:
            self.status = Status.OPEN
        self.announce(
            events.TicketAssigned(
                id=str(self.id),
                number=self.number,
                subject=self.subject,
                assignee_id=_text(self.assignee_id),
                group_id=_text(self.group_id),
                previous_assignee_id=_text(previous),
                note=self.assignment_note,
            )
        )

    def resolve(self, resolution: str, at: datetime) -> None:
        if self.status in STATUS.closed:
            raise Refused(f"This ticket is {self.status} already.")
        if not resolution.strip():
            raise Invalid(resolution="Say how the ticket was settled.")
        self.status, self.resolution, self.resolved_at = Status.RESOLVED, resolution.strip(), at

    def _announce_resolution(self) -> None:
        self.announce(
            events.TicketResolved(
                id=str(self.id),
                number=self.number,
                subject=self.subject,
                account_id=_text(self.account_id),
                contact_id=_text(self.contact_id),
                resolution=self.resolution or "",
                resolved_at=Instant().show(self.resolved_at),
            )
        )

    def close(self, at: datetime) -> None:
        if self.status != Status.RESOLVED:
            raise Refused(f"This ticket is {self.status}; only a resolved ticket can be closed.")
        self.status, self.closed_at = Status.CLOSED, at

    def reopen(self, reason: str) -> None:
        """The resolution stays, so that the next person sees what did not help."""
        if self.status not in STATUS.closed:
            raise Refused(f"This ticket is {self.status}; only a settled one can be reopened.")
        if not reason.strip():
            raise Invalid(reason="Say why the ticket is taken up again.")
        self.status, self.resolved_at, self.closed_at = Status.OPEN, None, None
        self.reopened_count += 1
        self.reopen_reason = reason.strip()
        self.announce(
            events.TicketReopened(
                id=str(self.id),
                number=self.number,
                subject=self.subject,
                assignee_id=_text(self.assignee_id),
                reason=self.reopen_reason,
                reopened_count=self.reopened_count,
            )
        )


def _text(known: UUID | None) -> str | None:
    return None if known is None else str(known)
