"""B2 for time on resources: in the bin a booking takes none, and comes back where its time is free."""

from typing import Any

import pytest
from crm.scheduling.v1 import activities_pb2
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.testing.serving import Serving
from tests.scheduling.test_bookings import Office


@pytest.fixture
def office(serving: Serving, ana: Actor) -> Office:
    return Office(serving, ana)


@pytest.fixture
def beside(serving: Serving, ana: Actor) -> Any:
    return serving.stub(RecordsStub, ana)


def _gone(made: Any) -> standard_pb2.DeleteRequest:
    return standard_pb2.DeleteRequest(id=made.id)


def _back(entity: str, made: Any) -> records_pb2.RestoreRequest:
    return records_pb2.RestoreRequest(entity=f"scheduling.{entity}", id=made.id)


async def test_a_deleted_booking_leaves_its_time_to_others(office: Office, beside: Any) -> None:
    room = await office.room()
    booking = await office.book(room, "09:00", "10:00")
    await office.bookings.Delete(_gone(booking))
    assert await office.busy(room) == []
    await office.book(room, "09:30", "10:30")
    with pytest.raises(Conflict, match="is taken") as taken:
        await beside.Restore(_back("Booking", booking))
    assert "starts_at" in taken.value.fields


async def test_a_restored_booking_has_its_time_again(office: Office, beside: Any) -> None:
    room = await office.room()
    booking = await office.book(room, "09:00", "10:00")
    await office.bookings.Delete(_gone(booking))
    await beside.Restore(_back("Booking", booking))
    with pytest.raises(Conflict):
        await office.book(room, "09:30", "10:30")


async def test_a_booking_does_not_come_back_to_a_resource_in_the_bin(
    office: Office, beside: Any
) -> None:
    room = await office.room()
    booking = await office.book(room, "09:00", "10:00")
    await office.bookings.Delete(_gone(booking))
    await office.resources.Delete(_gone(room))
    with pytest.raises(Invalid) as wrong:
        await beside.Restore(_back("Booking", booking))
    assert "resource_id" in wrong.value.fields


async def test_what_is_booked_goes_with_its_activity_and_comes_back_where_it_can(
    office: Office, beside: Any
) -> None:
    rooms = [await office.room() for _ in range(2)]
    activity = await office.activities.Create(
        activities_pb2.Activity(type="meeting", name="Tasting")
    )
    kept, lost = [await office.book(r, "09:00", "10:00", activity_id=activity.id) for r in rooms]
    await office.activities.Delete(_gone(activity))
    assert [await office.busy(room) for room in rooms] == [[], []]
    await office.book(rooms[1], "09:00", "10:00")
    await beside.Restore(_back("Activity", activity))
    assert (await office.bookings.Get(standard_pb2.GetRequest(id=kept.id))).status == "booked"
    binned = await beside.Bin(records_pb2.BinRequest(entity="scheduling.Booking", page_size=200))
    assert lost.id in {each.id for each in binned.items}
