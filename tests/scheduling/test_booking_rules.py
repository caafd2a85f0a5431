"""A booking's time and what it tells; overlaps are refused by the database itself."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from crm.scheduling.v1 import events_pb2 as events

from kit.entity import Before
from kit.errors import Invalid, Refused
from services.scheduling.model.bookings import Booking, Span, busy, question

NINE = datetime(2026, 5, 1, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


def a_booking() -> Booking:
    return Booking(resource_id=uuid4(), starts_at=at(0), ends_at=at(1), purpose="Visit to Acme")


def as_it_was(booking: Booking) -> Before:
    return Before(**{name: getattr(booking, name) for name in Booking.fields})


@pytest.mark.parametrize("hours", [0, -1])
def test_a_booking_ends_after_it_starts(hours: int) -> None:
    """SC-39"""
    booking = a_booking()
    booking.ends_at = at(hours)
    with pytest.raises(Invalid) as wrong:
        booking.check()
    assert set(wrong.value.fields) == {"ends_at"}


def test_a_new_booking_is_announced() -> None:
    """SC-39"""
    booking = a_booking()
    booking.changed(None)
    assert booking.announced() == [
        events.ResourceBooked(
            id=str(booking.id),
            resource_id=str(booking.resource_id),
            starts_at="2026-05-01T09:00:00Z",
            ends_at="2026-05-01T10:00:00Z",
            purpose="Visit to Acme",
        )
    ]


def test_only_a_moved_booking_is_announced_again() -> None:
    booking = a_booking()
    before = as_it_was(booking)
    booking.purpose = "Visit to Globex"
    booking.changed(before)
    assert booking.announced() == []
    booking.ends_at = at(2)
    booking.changed(before)
    assert len(booking.announced()) == 1


def test_a_booking_is_cancelled_once() -> None:
    booking = a_booking()
    before = as_it_was(booking)
    booking.cancel()
    booking.changed(before)
    [event] = booking.announced()
    assert isinstance(event, events.BookingCancelled)
    with pytest.raises(Refused, match="cancelled already"):
        booking.cancel()


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], []),
        ([span(1, 2), span(5, 6)], [span(1, 2), span(5, 6)]),
        ([span(2, 3), span(1, 2)], [span(1, 3)]),
        ([span(-2, 1), span(7, 12)], [span(0, 1), span(7, 8)]),
        ([span(-2, 0), span(8, 9)], []),
    ],
)
def test_busy_times_are_cut_joined_and_in_order(taken: list[Span], expected: list[Span]) -> None:
    """SC-41, SC-42"""
    assert busy(taken, span(0, 8)) == expected


def test_a_question_is_in_order_and_not_too_long() -> None:
    """SC-42"""
    assert question(at(0), at(8)) == span(0, 8)
    for end in (at(0), at(367 * 24)):
        with pytest.raises(Invalid) as wrong:
            question(at(0), end)
        assert set(wrong.value.fields) == {"ends_at"}
