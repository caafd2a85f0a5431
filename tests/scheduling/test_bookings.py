"""Bookings over gRPC: one time, one taker."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from crm.scheduling.v1 import activities_pb2, bookings_pb2, resources_pb2
from crm.scheduling.v1 import events_pb2 as events
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesStub
from crm.scheduling.v1.bookings_pb2_grpc import BookingsStub
from crm.scheduling.v1.resources_pb2_grpc import ResourcesStub
from crm.v1 import standard_pb2
from sqlalchemy import text

from kit.actor import Actor
from kit.errors import Conflict, Invalid, Refused
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving

DAY = "2031-05-01T"


class Office:
    """A person with rooms to share."""

    def __init__(self, serving: Serving, person: Actor) -> None:
        self.resources: Any = serving.stub(ResourcesStub, person)
        self.bookings: Any = serving.stub(BookingsStub, person)
        self.activities: Any = serving.stub(ActivitiesStub, person)

    async def room(self, **given: Any) -> Any:
        known = {"name": f"Room {uuid7()}", "kind": "room"} | given
        return await self.resources.Create(resources_pb2.Resource(**known))

    async def book(self, room: Any, start: str, end: str, **given: Any) -> Any:
        times = {"starts_at": f"{DAY}{start}:00Z", "ends_at": f"{DAY}{end}:00Z"}
        return await self.bookings.Create(
            bookings_pb2.Booking(resource_id=room.id, **times, **given)
        )

    async def move(self, booking: Any, **given: Any) -> Any:
        record = bookings_pb2.Booking(id=booking.id, **given)
        patch = bookings_pb2.BookingPatch(record=record, mask={"paths": list(given)})
        return await self.bookings.Update(patch)

    async def cancel(self, booking: Any) -> Any:
        return await self.bookings.Cancel(bookings_pb2.CancelBooking(id=booking.id))

    async def busy(self, room: Any, start: str = "00:00", end: str = "23:59") -> list[str]:
        asked = resources_pb2.AvailabilityRequest(
            id=room.id, starts_at=f"{DAY}{start}:00Z", ends_at=f"{DAY}{end}:00Z"
        )
        times = (await self.resources.Availability(asked)).items
        return [f"{each.starts_at[11:16]}-{each.ends_at[11:16]}" for each in times]


@pytest.fixture
def office(serving: Serving, ana: Actor) -> Office:
    return Office(serving, ana)


async def attempt(office: Office, room: Any, start: str, end: str) -> str:
    """A deadlock would answer Busy, for which nobody here is prepared."""
    try:
        await office.book(room, start, end)
    except Conflict as taken:
        return f"taken: {', '.join(taken.fields)}"
    return "booked"


async def test_of_fifty_who_want_one_time_exactly_one_gets_it(office: Office) -> None:
    """SC-41"""
    room = await office.room()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(attempt(office, room, "09:00", "10:00")) for _ in range(50)]
    outcomes = [each.result() for each in asked]
    assert (outcomes.count("booked"), outcomes.count("taken: starts_at")) == (1, 49)
    assert await office.busy(room) == ["09:00-10:00"]


async def test_of_new_bookings_and_moved_ones_exactly_one_gets_the_time(office: Office) -> None:
    """SC-41"""
    room = await office.room()
    held = [
        await office.book(
            room, f"{11 + n // 2:02}:{30 * (n % 2):02}", f"{11 + n // 2:02}:{30 * (n % 2) + 29:02}"
        )
        for n in range(20)
    ]

    async def moved(booking: Any) -> str:
        times = {"starts_at": f"{DAY}09:00:00Z", "ends_at": f"{DAY}10:00:00Z"}
        try:
            await office.move(booking, **times)
        except Conflict as taken:
            return f"taken: {', '.join(taken.fields)}"
        return "booked"

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(moved(each)) for each in held]
        asked += [group.create_task(attempt(office, room, "09:30", "10:30")) for _ in range(20)]
    outcomes = [each.result() for each in asked]
    assert (outcomes.count("booked"), outcomes.count("taken: starts_at")) == (1, 39)


async def test_of_overlapping_times_wanted_at_once_none_are_kept_together(
    office: Office,
) -> None:
    """SC-41"""
    room = await office.room()
    wanted = [
        (f"{9 + n // 4:02}:{15 * (n % 4):02}", f"{10 + n // 4:02}:{15 * (n % 4):02}")
        for n in range(40)
    ]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(attempt(office, room, *times)) for times in wanted]
    kept = sorted(
        times for times, each in zip(wanted, asked, strict=True) if each.result() == "booked"
    )
    assert kept
    assert all(first[1] <= second[0] for first, second in pairwise(kept))


async def test_a_booking_may_begin_when_another_ends(office: Office) -> None:
    """SC-41"""
    room = await office.room()
    async with asyncio.TaskGroup() as group:
        for times in (("09:00", "10:00"), ("10:00", "11:00"), ("08:00", "09:00")):
            group.create_task(office.book(room, *times))
    assert await office.busy(room) == ["08:00-11:00"]


async def test_who_comes_second_hears_what_is_taken(
    serving: Serving, office: Office, organisation: TestOrganisation
) -> None:
    """SC-41"""
    room = await office.room(name=f"Blue room {uuid7()}")
    await organisation.default("scheduling.Booking", "private")
    await office.book(room, "09:00", "10:00", purpose="Secret")
    bob = Office(serving, await organisation.person("Bob"))
    with pytest.raises(Conflict) as taken:
        await bob.book(room, "09:30", "12:00")
    assert await bob.busy(room) == ["09:00-10:00"]
    await organisation.default("scheduling.Booking", "edit")
    said = taken.value.fields["starts_at"]
    assert "taken from 2031-05-01 09:00 to 10:00 (UTC)" in said
    assert "Secret" not in said


async def test_a_booking_is_told_and_kept_in_history(serving: Serving, office: Office) -> None:
    """SC-39"""
    room = await office.room()
    made = await office.book(room, "09:00", "10:00", purpose="Board")
    assert (made.status, made.version) == ("booked", 1)
    bodies = await serving.announced("crm.scheduling.resource.booked")
    told = [each for each in map(events.ResourceBooked.FromString, bodies) if each.id == made.id]
    assert [(each.resource_id, each.purpose) for each in told] == [(room.id, "Board")]
    async with serving.process.database.sessions() as session:
        history = text("select count(*) from history where record_id = :id")
        assert await session.scalar(history, {"id": made.id}) == 1


async def test_a_cancelled_booking_gives_its_time_back(office: Office) -> None:
    """SC-39"""
    room = await office.room()
    booking = await office.book(room, "09:00", "10:00")
    assert (await office.cancel(booking)).status == "cancelled"
    with pytest.raises(Refused, match="already"):
        await office.cancel(booking)
    await office.book(room, "09:00", "10:00")


async def test_a_moved_booking_takes_its_new_time_like_a_new_one(office: Office) -> None:
    """SC-41"""
    room, other = await office.room(), await office.room()
    first = await office.book(room, "09:00", "10:00")
    second = await office.book(room, "10:00", "11:00")
    for start in ("09:30", "09:59"):
        with pytest.raises(Conflict):
            await office.move(second, starts_at=f"{DAY}{start}:00Z")
    longer = await office.move(first, ends_at=f"{DAY}09:30:00Z")
    assert longer.ends_at == f"{DAY}09:30:00Z"
    await office.move(second, starts_at=f"{DAY}09:30:00Z")
    assert await office.busy(room) == ["09:00-11:00"]
    await office.move(second, resource_id=other.id)
    assert (await office.busy(room), await office.busy(other)) == (["09:00-09:30"], ["09:30-11:00"])


async def test_of_many_who_move_to_one_time_one_arrives(office: Office) -> None:
    """SC-41"""
    room = await office.room()
    held = [await office.book(room, f"{hour:02}:00", f"{hour:02}:30") for hour in range(12)]

    async def arrive(booking: Any) -> bool:
        try:
            await office.move(booking, starts_at=f"{DAY}20:00:00Z", ends_at=f"{DAY}21:00:00Z")
        except Conflict:
            return False
        return True

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(arrive(booking)) for booking in held]
    assert sum(each.result() for each in asked) == 1
    assert len(await office.busy(room)) == 12


async def test_a_change_that_moves_nothing_meets_nobody(office: Office) -> None:
    room = await office.room()
    booking = await office.book(room, "09:00", "10:00")
    assert (await office.move(booking, purpose="Lunch")).purpose == "Lunch"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"resource_id": str(uuid7())}, "resource_id"),
        ({"starts_at": ""}, "starts_at"),
        ({"ends_at": f"{DAY}09:00:00Z"}, "ends_at"),
        ({"activity_id": str(uuid7())}, "activity_id"),
        ({"status": "cancelled"}, "status"),
    ],
)
async def test_a_wrong_booking_is_refused_by_field(
    office: Office, given: dict[str, str], field: str
) -> None:
    """SC-39"""
    room = await office.room()
    known = {"resource_id": room.id, "starts_at": f"{DAY}09:00:00Z", "ends_at": f"{DAY}10:00:00Z"}
    with pytest.raises(Invalid) as wrong:
        await office.bookings.Create(bookings_pb2.Booking(**(known | given)))
    assert set(wrong.value.fields) == {field}


async def test_what_is_out_of_use_or_deleted_cannot_be_booked(office: Office) -> None:
    """SC-38"""
    deleted = await office.room()
    await office.book(deleted, "09:00", "10:00")
    await office.resources.Delete(standard_pb2.DeleteRequest(id=deleted.id))
    with pytest.raises(Invalid) as gone:
        await office.book(deleted, "10:00", "11:00")
    assert "resource_id" in gone.value.fields
    room = await office.room()
    record = resources_pb2.Resource(id=room.id, active=False)
    patch = resources_pb2.ResourcePatch(record=record, mask={"paths": ["active"]})
    await office.resources.Update(patch)
    with pytest.raises(Refused, match="cannot be booked"):
        await office.book(room, "10:00", "11:00")


async def test_availability_is_asked_for_an_ordered_time(office: Office) -> None:
    room = await office.room()
    with pytest.raises(Invalid) as wrong:
        await office.busy(room, "10:00", "09:00")
    assert set(wrong.value.fields) == {"ends_at"}
    with pytest.raises(Invalid) as missing:
        await office.resources.Availability(resources_pb2.AvailabilityRequest(id=room.id))
    assert set(missing.value.fields) == {"starts_at", "ends_at"}


async def test_calling_an_activity_off_gives_back_what_is_booked_for_it(
    serving: Serving, office: Office, organisation: TestOrganisation
) -> None:
    """SC-40"""
    room = await office.room()
    meeting = await office.activities.Create(activities_pb2.Activity(name="Offer", type="meeting"))
    bob = Office(serving, await organisation.person("Bob"))
    await organisation.default("scheduling.Booking", "private")
    theirs = await bob.book(room, "09:00", "10:00", activity_id=meeting.id)
    await office.book(room, "10:00", "11:00", activity_id=meeting.id)
    await office.book(room, "14:00", "15:00")
    off = activities_pb2.CancelActivity(id=meeting.id, reason="They are ill")
    gone = await office.activities.Cancel(off)
    assert (gone.status, gone.outcome) == ("cancelled", "They are ill")
    assert await office.busy(room) == ["14:00-15:00"]
    assert (await bob.bookings.Get(standard_pb2.GetRequest(id=theirs.id))).status == "cancelled"
    await organisation.default("scheduling.Booking", "edit")
    with pytest.raises(Refused, match="called off"):
        await office.book(room, "09:00", "10:00", activity_id=meeting.id)


async def test_nothing_stays_booked_for_an_activity_called_off_meanwhile(office: Office) -> None:
    """SC-40"""
    room = await office.room()
    meeting = await office.activities.Create(activities_pb2.Activity(name="Race", type="meeting"))

    async def book(hour: int) -> None:
        try:
            await office.book(room, f"{hour:02}:00", f"{hour:02}:30", activity_id=meeting.id)
        except Refused:
            return

    async with asyncio.TaskGroup() as group:
        for hour in range(6):
            group.create_task(book(hour))
        group.create_task(office.activities.Cancel(activities_pb2.CancelActivity(id=meeting.id)))
        for hour in range(6, 12):
            group.create_task(book(hour))
    assert await office.busy(room) == []
