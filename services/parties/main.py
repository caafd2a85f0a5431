"""Parties on one screen: accounts, contacts, leads, and what leads became."""

from kit.records import standard
from kit.rpc.admission import REFERENCES
from kit.service import Every, Service
from kit.service_runner import run
from services.parties.config import Settings
from services.parties.conversion import finish_conversions
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.conversions import Conversion
from services.parties.model.starting_lists import STARTING_LISTS
from services.parties.rpc.leads import Leads
from services.parties.value_lists import hand_over_choices


def parties(settings: Settings) -> Service:
    """Everybody outside the organisation with whom it deals."""
    return Service(
        name="parties",
        settings=settings,
        records=[standard(Account), standard(Contact), Leads, standard(Conversion)],
        choices=STARTING_LISTS,
        jobs=[Every(2, finish_conversions)],
        started=[hand_over_choices],
        admits=dict.fromkeys(("sales", "campaigns", "helpdesk", "scheduling"), REFERENCES),
    )


if __name__ == "__main__":
    run(parties(Settings.load()))
