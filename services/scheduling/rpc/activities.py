"""Activities over gRPC: done by Complete, called off by Cancel together with what is booked for them."""

from datetime import UTC, datetime

from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesServicer
from sqlalchemy import select

from kit.records import Records, Said, Work, itself, verb
from services.scheduling.model.activities import Activity
from services.scheduling.model.bookings import Booking
from services.scheduling.model.bookings import Status as Taken


class Activities(Records[Activity, pb.Activity], ActivitiesServicer):
    """What is done with or for somebody, planned or reported afterwards."""

    record, message, listing = Activity, pb.Activity, pb.ActivityList

    @verb(sets=("status",), follows=("completed_at",))
    async def Complete(self, work: Work, activity: Activity, said: Said) -> None:
        activity.complete(said.outcome, datetime.now(UTC))

    # Held, so that nothing is booked for it meanwhile; see `Bookings`.
    @verb(sets=("status",), follows=("cancelled_at",), holds=itself)
    async def Cancel(self, work: Work, activity: Activity, said: Said) -> None:
        activity.cancel(said.reason, datetime.now(UTC))
        await _give_back(work, activity)


async def _give_back(work: Work, activity: Activity) -> None:
    """Whoever booked it, and whether or not the caller may see it: the reason is gone."""
    booked = select(Booking).where(
        Booking.activity_id == activity.id, Booking.status == Taken.BOOKED
    )
    for booking in await work.session.scalars(booked.order_by(Booking.id).with_for_update()):
        booking.cancel()
