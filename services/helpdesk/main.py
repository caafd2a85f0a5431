"""Helpdesk on one screen: tickets."""

from kit.rpc.admission import REFERENCES
from kit.service import Service
from kit.service_runner import run
from services.helpdesk.config import Settings
from services.helpdesk.model.tickets import Channel, Type
from services.helpdesk.rpc.tickets import Tickets


def helpdesk(settings: Settings) -> Service:
    """What customers ask for, from arrival to settlement."""
    return Service(
        name="helpdesk",
        settings=settings,
        records=[Tickets],
        choices={"helpdesk.ticket.type": Type, "helpdesk.ticket.channel": Channel},
        admits={"scheduling": REFERENCES, "parties": ["Merges/Uses"]},
    )


if __name__ == "__main__":
    run(helpdesk(Settings.load()))
