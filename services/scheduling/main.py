"""Scheduling on one screen: activities, and shared things with their bookings."""

from kit.service import Every, Service
from kit.service_runner import run
from services.scheduling import events
from services.scheduling.config import Settings
from services.scheduling.inbox.coming_in import LISTENERS
from services.scheduling.inbox.jobs import write_at_once, write_daily
from services.scheduling.inbox.telling import forget_old
from services.scheduling.model.resources import Kind
from services.scheduling.rpc.activities import Activities
from services.scheduling.rpc.bookings import Bookings
from services.scheduling.rpc.notifications import Notifications
from services.scheduling.rpc.resources import Resources


def scheduling(settings: Settings) -> Service:
    """Who does what when, and with which room or car."""
    return Service(
        name="scheduling",
        settings=settings,
        records=[Activities, Resources, Bookings],
        choices={"scheduling.resource.kind": Kind},
        others=[Notifications],
        jobs=[Every(2, write_at_once), Every(60, write_daily), Every(3600, forget_old)],
        admits={"gateway": ["Notifications/Unsubscribe"], "parties": ["Merges/Uses"]},
        consumers=[events.follow_lead_converted, *LISTENERS],
        writes_letters=True,
    )


if __name__ == "__main__":
    run(scheduling(Settings.load()))
