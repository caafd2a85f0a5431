"""Resources over gRPC, and when they are taken."""

from crm.scheduling.v1 import resources_pb2 as pb
from crm.scheduling.v1.resources_pb2_grpc import ResourcesServicer
from sqlalchemy import DateTime, Uuid, bindparam, select

from kit.access.clause import standing
from kit.entity import Instant
from kit.records import Records, Said, Work, verb
from services.scheduling.model.bookings import Booking, Span, Status, busy, question
from services.scheduling.model.resources import Resource

_MOMENT = DateTime(timezone=True)
_TAKEN = select(Booking.starts_at, Booking.ends_at).where(
    Booking.resource_id == bindparam("resource", type_=Uuid()),
    Booking.status == Status.BOOKED,
    standing(Booking.__table__),
    Booking.starts_at < bindparam("ends", type_=_MOMENT),
    Booking.ends_at > bindparam("starts", type_=_MOMENT),
)


class Resources(Records[Resource, pb.Resource], ResourcesServicer):
    """Cars, rooms and other things that people share."""

    record, message, listing = Resource, pb.Resource, pb.ResourceList

    @verb()
    async def Availability(self, work: Work, resource: Resource, said: Said) -> pb.BusyTimes:
        asked = question(said.starts_at, said.ends_at)
        times = busy(await _taken(work, resource, asked), asked)
        return pb.BusyTimes(items=[_shown(each) for each in times])


async def _taken(work: Work, resource: Resource, asked: Span) -> list[Span]:
    """Everybody's bookings: that a time is taken is no secret, by whom and what for may be one."""
    rows = await work.rows(_TAKEN, resource=resource.id, starts=asked.starts_at, ends=asked.ends_at)
    return [Span(*row) for row in rows]


def _shown(span: Span) -> pb.BusyTime:
    show = Instant().show
    return pb.BusyTime(starts_at=show(span.starts_at), ends_at=show(span.ends_at))
