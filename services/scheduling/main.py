"""Scheduling on one screen: activities, and shared things with their bookings."""

from kit.service import Service
from kit.service_runner import run
from services.scheduling import events
from services.scheduling.config import Settings
from services.scheduling.model.resources import Kind
from services.scheduling.rpc.activities import Activities
from services.scheduling.rpc.bookings import Bookings
from services.scheduling.rpc.resources import Resources


def scheduling(settings: Settings) -> Service:
    """Who does what when, and with which room or car."""
    return Service(
        name="scheduling",
        settings=settings,
        records=[Activities, Resources, Bookings],
        choices={"scheduling.resource.kind": Kind},
        consumers=[events.follow_lead_converted],
        writes_letters=True,
    )


if __name__ == "__main__":
    run(scheduling(Settings.load()))
