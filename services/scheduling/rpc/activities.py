"""Activities over gRPC: done by Complete, called off by Cancel together with what is booked for them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesServicer
from sqlalchemy import Select, Uuid, bindparam

from kit.access.clause import standing
from kit.errors import Conflict, Invalid, Refused
from kit.records import Records, Said, Work, itself, stored, verb
from kit.records.bin.moving import put_into_bin, take_from_bin
from services.scheduling.model.activities import Activity
from services.scheduling.model.bookings import Booking
from services.scheduling.model.bookings import Status as Taken
from services.scheduling.rpc.slots import move

_BOOKED = (
    stored(Booking)
    .where(
        Booking.activity_id == bindparam("activity", type_=Uuid()), Booking.status == Taken.BOOKED
    )
    .order_by(Booking.id)
    .with_for_update()
)

_STANDING = _BOOKED.where(standing(Booking.__table__))
_GONE_ALONG = _BOOKED.where(Booking.binned_at == bindparam("at", type_=Booking.binned_at.type))


class Activities(Records[Activity, pb.Activity], ActivitiesServicer):
    """What is done with or for somebody, planned or reported afterwards."""

    record, message, listing = Activity, pb.Activity, pb.ActivityList

    async def discard(self, work: Work, record: Any) -> None:
        """What is booked for it goes along, so that others may have the time."""
        await itself(work, record)
        put_into_bin(work, record, *await _booked(work, record, _STANDING))

    async def take_back(self, work: Work, record: Any) -> None:
        """What went along comes back, but where somebody has taken the time meanwhile."""
        for booking in await _booked(work, record, _GONE_ALONG, at=record.binned_at):
            with suppress(Conflict, Invalid, Refused):
                await move(work, booking)
                take_from_bin(booking)
        await super().take_back(work, record)

    @verb(sets=("status",), follows=("completed_at",))
    async def Complete(self, work: Work, activity: Activity, said: Said) -> None:
        activity.complete(said.outcome, datetime.now(UTC))

    # Held, so that nothing is booked for it meanwhile; see `Bookings`.
    @verb(sets=("status",), follows=("cancelled_at",), holds=itself)
    async def Cancel(self, work: Work, activity: Activity, said: Said) -> None:
        activity.cancel(said.reason, datetime.now(UTC))
        await _give_back(work, activity)


async def _give_back(work: Work, activity: Activity) -> None:
    """The reason is gone, for a booking in the bin as well."""
    for booking in await _booked(work, activity):
        booking.cancel()


async def _booked(
    work: Work, activity: Activity, which: Select[Any] = _BOOKED, **given: Any
) -> Sequence[Booking]:
    """What is booked for an activity, whoever booked it and whether or not the caller may see it."""
    return await work.held(Booking, which, activity=activity.id, **given)
