"""Campaigns on one screen: campaigns with their members, and the results that sales brings."""

from kit.rpc.admission import REFERENCES
from kit.service import Service
from kit.service_runner import run
from services.campaigns import events
from services.campaigns.config import Settings
from services.campaigns.model.campaigns import Type
from services.campaigns.rpc.campaigns import Campaigns
from services.campaigns.rpc.members import Members


def campaigns(settings: Settings) -> Service:
    """Whom marketing addresses, how they answer, and what it brings."""
    return Service(
        name="campaigns",
        settings=settings,
        records=[Campaigns, Members],
        choices={"campaigns.campaign.type": Type},
        consumers=[
            events.follow_opportunity_created,
            events.follow_opportunity_updated,
            events.follow_opportunity_deleted,
            events.follow_opportunity_restored,
            events.follow_lead_converted,
        ],
        admits={
            **dict.fromkeys(("sales", "scheduling"), REFERENCES),
            "parties": ["Merges/Uses", *REFERENCES],
        },
    )


if __name__ == "__main__":
    run(campaigns(Settings.load()))
