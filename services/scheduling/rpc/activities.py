"""Activities over gRPC: done by Complete, called off by Cancel together with what is booked for them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.scheduling.v1 import activities_pb2 as pb
from crm.scheduling.v1.activities_pb2_grpc import ActivitiesServicer
from sqlalchemy import func, select

from kit.records import Records, Said, Work, itself, verb
from services.scheduling.model.activities import Activity
from services.scheduling.model.bookings import Booking
from services.scheduling.model.bookings import Status as Taken

_LINES = 7_203_104


class Activities(Records[Activity, pb.Activity], ActivitiesServicer):
    """What is done with or for somebody, planned or reported afterwards."""

    record, message, listing = Activity, pb.Activity, pb.ActivityList

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """An activity never comes to be part of itself."""
        if (parent_id := values.get("parent_id")) is not None:
            record.refuse_circle(await _line(work, parent_id))
        await super().amend(work, record, values)

    @verb(sets=("status",), follows=("completed_at",))
    async def Complete(self, work: Work, activity: Activity, said: Said) -> None:
        activity.complete(said.outcome, datetime.now(UTC))

    # Held, so that nothing is booked for it meanwhile; see `Bookings`.
    @verb(sets=("status",), follows=("cancelled_at",), holds=itself)
    async def Cancel(self, work: Work, activity: Activity, said: Said) -> None:
        activity.cancel(said.reason, datetime.now(UTC))
        await _give_back(work, activity)


async def _line(work: Work, activity_id: UUID) -> Collection[UUID]:
    """An activity and all of which it is part; two moves could close a circle, so they take turns."""
    await work.session.execute(select(func.pg_advisory_xact_lock(_LINES)))
    above = (
        select(Activity.id, Activity.parent_id)
        .where(Activity.id == activity_id)
        .cte(recursive=True)
    )
    next_up = select(Activity.id, Activity.parent_id).join(above, Activity.id == above.c.parent_id)
    return set(await work.session.scalars(select(above.union(next_up).c.id)))


async def _give_back(work: Work, activity: Activity) -> None:
    """Whoever booked it, and whether or not the caller may see it: the reason is gone."""
    booked = select(Booking).where(
        Booking.activity_id == activity.id, Booking.status == Taken.BOOKED
    )
    for booking in await work.session.scalars(booked.order_by(Booking.id).with_for_update()):
        booking.cancel()
