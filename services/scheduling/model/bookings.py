"""Who has a shared thing when; the database itself refuses that two have it at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, TypedDict
from uuid import UUID

from crm.scheduling.v1 import events_pb2 as events
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from kit.entity import (
    Before,
    By,
    Instant,
    MayBePrivate,
    Presentation,
    Record,
    Reference,
    Step,
    Steps,
    Tagged,
    Text,
    field,
)
from kit.entity.presentation import Action, Calendar
from kit.errors import Invalid, Refused

LONGEST_QUESTION = timedelta(days=366)


class Status(StrEnum):
    """Whether the time is taken."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


STATUS = Steps(
    Status,
    (
        Step(Status.BOOKED, "green", by=(By("Cancel", Status.CANCELLED, "Use Cancel."),)),
        Step(Status.CANCELLED, "red", closed=True, aside=True),
    ),
)


class Span(NamedTuple):
    """A stretch of time, its end not included."""

    starts_at: datetime
    ends_at: datetime


class Booking(MayBePrivate, Tagged, Record):
    """A resource taken from one instant up to another, which is free again."""

    __tablename__ = "booking"
    entity = "scheduling.Booking"
    plural = "Bookings"
    title = "purpose"
    gives_way = True
    over_from = "ends_at"
    presentation = Presentation(
        icon="calendar",
        area="calendar",
        rank=80,
        actions=(
            Action(
                "Cancel",
                "Cancel booking",
                "x-circle",
                when='status = "booked"',
                past="cancelled this",
            ),
        ),
        calendar=Calendar(
            "starts_at",
            "ends_at",
            of="resource_id",
            filter='status = "booked"',
            action="Book",
            taken="Availability",
        ),
    )

    resource_id: Mapped[UUID] = field(
        Reference("scheduling.Resource", here=True), "Resource", listed=True
    )
    activity_id: Mapped[UUID | None] = field(
        Reference("scheduling.Activity", here=True), "Activity", listed=True, index=True
    )
    starts_at: Mapped[datetime] = field(Instant(), "From", listed=True)
    ends_at: Mapped[datetime] = field(
        Instant(), "Until", listed=True, help="At this moment it is free again."
    )
    purpose: Mapped[str | None] = field(Text(200), "Purpose", searched=True, listed=True)
    status: Mapped[str] = field(
        STATUS, "Status", initial=Status.BOOKED, editable=False, listed=True
    )

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        # Needs the extension btree_gist, for the equality of resources beside the overlap of times.
        ExcludeConstraint(
            ("resource_id", "="),
            (text("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            name="ex_booking_starts_at",
            using="gist",
            where=text("status = 'booked' and binned_at is null"),
        ),
        Index(None, "resource_id", "starts_at"),
    )

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    def check(self) -> None:
        if self.ends_at <= self.starts_at:
            raise Invalid(ends_at="The end must be after the start.")

    def changed(self, before: Before | None) -> None:
        """A moved booking takes its new time as a new one does."""
        taken = (self.resource_id, self.starts_at, self.ends_at)
        known = before and (before.resource_id, before.starts_at, before.ends_at)
        if self.status == Status.BOOKED and taken != known:
            self.announce(events.ResourceBooked(**self._facts(), purpose=self.purpose))

    def cancel(self) -> None:
        if self.status == Status.CANCELLED:
            raise Refused("This booking is cancelled already.")
        self.status = Status.CANCELLED
        self.announce(events.BookingCancelled(**self._facts()))

    def _facts(self) -> "_Facts":
        return _Facts(
            id=str(self.id),
            resource_id=str(self.resource_id),
            activity_id=None if self.activity_id is None else str(self.activity_id),
            starts_at=Instant().show(self.starts_at),
            ends_at=Instant().show(self.ends_at),
        )


class _Facts(TypedDict):
    """What both events say."""

    id: str
    resource_id: str
    activity_id: str | None
    starts_at: str
    ends_at: str


def question(starts_at: datetime, ends_at: datetime) -> Span:
    """The stretch somebody asks about, or Invalid."""
    if ends_at <= starts_at:
        raise Invalid(ends_at="The end must be after the start.")
    if ends_at - starts_at > LONGEST_QUESTION:
        raise Invalid(ends_at="Ask for at most 366 days at once.")
    return Span(starts_at, ends_at)


def busy(taken: Iterable[Span], asked: Span) -> list[Span]:
    """The taken stretches within the one asked about, in order, those that touch joined."""
    cut = sorted(
        Span(max(each.starts_at, asked.starts_at), min(each.ends_at, asked.ends_at))
        for each in taken
        if each.starts_at < asked.ends_at and each.ends_at > asked.starts_at
    )
    gaps = [(left.ends_at, right.starts_at) for left, right in pairwise(cut)]
    breaks = [(end, start) for end, start in gaps if start > end]
    if not cut:
        return []
    edges = [cut[0].starts_at, *(edge for pair in breaks for edge in pair), cut[-1].ends_at]
    return [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
