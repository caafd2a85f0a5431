"""Taking time on a resource: whoever comes second learns what is taken, and nobody deadlocks.

The exclusion constraint decides. Two plain INSERTs of overlapping times would wait for each other
until PostgreSQL ends one of them as a deadlock, a second later; a new booking therefore gives way
(ON CONFLICT DO NOTHING), and becomes a Conflict. A look before it tells most of those who come late
what is in their way. An UPDATE cannot give way, so whoever moves a booking holds the resource first.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Uuid, bindparam, func, literal_column, select

from kit.errors import Conflict, Invalid, NotFound
from kit.records import Work
from services.scheduling.model.bookings import Booking, Span
from services.scheduling.model.resources import Resource

_MOMENT = DateTime(timezone=True)
_WANTED = func.tstzrange(
    bindparam("starts_at", type_=_MOMENT),
    bindparam("ends_at", type_=_MOMENT),
    literal_column("'[)'"),
)
_OVERLAPPING = (
    select(Booking.starts_at, Booking.ends_at)
    .where(
        Booking.resource_id == bindparam("resource_id", type_=Uuid()),
        Booking.id != bindparam("booking_id", type_=Uuid()),
        # These as in the constraint, whose index answers them.
        literal_column("status = 'booked' and binned_at is null"),
        literal_column("tstzrange(starts_at, ends_at, '[)')").op("&&")(_WANTED),
    )
    .order_by(Booking.starts_at)
    .limit(1)
)


async def take(work: Work, booking: Booking) -> None:
    """Makes sure that a new booking may be tried, or raises Conflict with the time that is taken."""
    if _complete(booking):
        booking.check()
        await _refuse_taken(work, booking, await _lent(work, booking))


async def move(work: Work, booking: Booking) -> None:
    """Makes sure that a booking may stand where it has been moved to, and that it may be written."""
    if _complete(booking):
        booking.check()
        resource = await _lent(work, booking)
        # The lock lets references to the resource pass; only others who move bookings wait.
        await work.hold(resource)
        await _refuse_taken(work, booking, resource)


def _complete(booking: Booking) -> bool:
    """The kit names what is missing when it checks the record."""
    return None not in (booking.resource_id, booking.starts_at, booking.ends_at)


async def _lent(work: Work, booking: Booking) -> Resource:
    try:
        resource = await work.get(Resource, booking.resource_id)
    except NotFound:
        raise Invalid(resource_id="There is no such resource, or you may not see it.") from None
    resource.lend()
    return resource


async def _refuse_taken(work: Work, booking: Booking, resource: Resource) -> None:
    """Refuses a time that overlaps another, whether or not the caller may see the other booking.

    A statement of its own: one that also took the lock would look at the rows as they were before.
    """
    others = await work.rows(
        _OVERLAPPING,
        resource_id=booking.resource_id,
        booking_id=booking.id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    if others:
        said = _said(Span(*others[0]), _zone(work))
        raise Conflict(starts_at=f"{resource.name} is taken {said}; choose another time.")


def _zone(work: Work) -> tzinfo:
    people = work.process.policy.organisation.people
    person = people.get(work.actor.person_id) if work.actor.person_id else None
    return ZoneInfo(person.time_zone) if person else UTC


def _said(span: Span, zone: tzinfo) -> str:
    """`from 2026-05-01 09:00 to 10:00 (EEST)`, on the caller's clock."""
    start, end = (each.astimezone(zone) for each in span)
    return f"from {_at(start)} to {_at(end) if end.date() != start.date() else f'{end:%H:%M}'} ({end:%Z})"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
