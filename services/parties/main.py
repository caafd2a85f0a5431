"""Parties on one screen: accounts, contacts, leads, what leads became, and value lists."""

from kit.records import standard
from kit.rpc.admission import REFERENCES
from kit.service import Every, Service
from kit.service_runner import run
from services.parties.config import Settings
from services.parties.conversion import finish_conversions
from services.parties.model.accounts import Account
from services.parties.model.contacts import Contact
from services.parties.model.conversions import Conversion
from services.parties.rpc.choice_values import ChoiceValues
from services.parties.rpc.leads import Leads
from services.parties.value_lists import load_choices, start_choices


def parties(settings: Settings) -> Service:
    """Everybody outside the organisation with whom it deals."""
    return Service(
        name="parties",
        settings=settings,
        records=[standard(Account), standard(Contact), Leads, standard(Conversion), ChoiceValues],
        jobs=[Every(2, finish_conversions), Every(30, load_choices)],
        started=[start_choices],
        admits=dict.fromkeys(("sales", "campaigns", "helpdesk", "scheduling"), REFERENCES),
    )


if __name__ == "__main__":
    run(parties(Settings.load()))
