"""Bookings over gRPC: time on a resource is taken, moved and given back."""

from collections.abc import Mapping
from typing import Any

from crm.scheduling.v1 import bookings_pb2 as pb
from crm.scheduling.v1.bookings_pb2_grpc import BookingsServicer

from kit.actor import calling
from kit.errors import Conflict, Invalid, NotFound, Refused
from kit.records import Records, Said, Work, verb
from services.scheduling.model.activities import Activity
from services.scheduling.model.activity_steps import Status as Progress
from services.scheduling.model.bookings import Booking, Status
from services.scheduling.rpc.slots import move, take


class Bookings(Records[Booking, pb.Booking], BookingsServicer):
    """Who has a shared thing when."""

    record, message, listing = Booking, pb.Booking, pb.BookingList

    async def Create(self, request: Any, context: Any) -> Any:
        try:
            return await super().Create(request, context)
        except Conflict as lost:
            if lost.message == lost.title:
                await self._name_who_was_faster(request)
            raise

    async def _name_who_was_faster(self, request: Any) -> None:
        """Somebody took the time between the look and the booking; by now it can be seen."""
        async with self.process.work(calling()) as work:
            await take(work, self.new(request))

    async def admit(self, work: Work, record: Any) -> None:
        await _check_activity(work, record)
        await take(work, record)
        work.add(record)

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """Written only when the new time is ours."""
        place, activity_id = _place(record), record.activity_id
        with work.as_stored():
            await super().amend(work, record, values)
            if record.activity_id != activity_id:
                await _check_activity(work, record)
            if _place(record) != place and record.status == Status.BOOKED:
                await move(work, record)

    async def take_back(self, work: Work, record: Any) -> None:
        """Out of the bin it takes its time anew, if that is still free."""
        if record.status == Status.BOOKED:
            await move(work, record)
        await super().take_back(work, record)

    @verb(sets=("status",))
    async def Cancel(self, work: Work, booking: Booking, said: Said) -> None:
        booking.cancel()


def _place(booking: Booking) -> tuple[Any, ...]:
    return booking.resource_id, booking.starts_at, booking.ends_at


async def _check_activity(work: Work, booking: Booking) -> None:
    """The activity is held until the booking is made, or its cancellation might miss it."""
    if booking.activity_id is None:
        return
    try:
        activity = await work.get(Activity, booking.activity_id)
    except NotFound:
        raise Invalid(activity_id="There is no such activity, or you may not see it.") from None
    await work.hold(activity, shared=True)
    if activity.status == Progress.CANCELLED:
        raise Refused("This activity was called off; book for another one.")
