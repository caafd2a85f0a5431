"""Pages ask whoever has the records, and nobody else for what those refer to is called."""

import urllib.request
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.api import Api
from cli.local.state import read_state
from tests.system.collecting import eventually
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("operations")]

_CALLS = "rpc_client_call_duration_seconds_count"


Calls = Counter[tuple[str, str]]
"""How often which service was called by which method."""


class Desk:
    """A person at the pages of a company with a customer in every service."""

    def __init__(self, system: System, api: Api, client: httpx.Client) -> None:
        self.system = system
        self._client = client
        self.account = api.post("accounts", {"name": "Asked of Nobody"})["id"]
        person = {"last_name": "Known", "account_id": self.account}
        self.contact = api.post("contacts", person)["id"]
        campaign = api.post("campaigns", {"name": "Named on Pages"})["id"]
        customer = {"account_id": self.account, "contact_id": self.contact}
        deal = {"name": "On Pages", "campaign_id": campaign, **customer}
        self.deal = api.post("opportunities", deal)["id"]
        api.post("tickets", {"subject": "On Pages", **customer})
        self.expected = ("Asked of Nobody", "Known", "Named on Pages")

    def calls(self, path: str) -> tuple[str, Calls]:
        """A page, and how many calls the gateway made to each service for it."""
        self._client.get(path)
        before = self._made()
        answer = self._client.get(path)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.text, self._made() - before

    def _made(self) -> Calls:
        port = read_state(self.system.home.state).processes["gateway"].ops_port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            told = answer.read().decode()
        made: Calls = Counter()
        for family in text_string_to_metric_families(told):
            for sample in family.samples:
                if sample.name == _CALLS:
                    # However they were answered: each outcome is counted by itself.
                    made[sample.labels["peer_service"], sample.labels["rpc_method"]] += int(
                        sample.value
                    )
        return made


@pytest.fixture(scope="module")
def desk(system: System) -> Iterator[Desk]:
    with (
        system.administrator() as api,
        httpx.Client(
            base_url=system.address, headers=api.credentials(), trust_env=False, timeout=30
        ) as client,
    ):
        desk = Desk(system, api, client)
        eventually(lambda: bool(api.get("opportunities", filter="account.name:*")["items"]), "copy")
        yield desk


# What the gateway asks by itself: when the policy has changed, every few seconds, and what is to be sent.
_ASKED_BY_ITSELF = {
    "crm.identity.v1.Policies/Snapshot",
    "crm.identity.v1.Sessions/Check",
    "crm.v1.Records/Describe",
    "crm.identity.v1.ReportSchedules/TakeDue",
}
# The tabs over every list: the views that the person keeps, and the one that it opens with.
_VIEWS = {"crm.identity.v1.SavedViews/List", "crm.identity.v1.DefaultViews/List"}


def _services(calls: Calls) -> set[str]:
    return {service for service, method in calls if method not in _ASKED_BY_ITSELF}


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/accounts", "parties"),
        ("/contacts", "parties"),
        ("/opportunities", "sales"),
        ("/tickets", "helpdesk"),
    ],
)
def test_a_list_is_answered_by_its_own_service_alone(desk: Desk, path: str, service: str) -> None:
    """The names of owners, accounts and campaigns come with the rows; identity has but the tabs."""
    text, calls = desk.calls(path)
    print(path, dict(calls))
    assert [calls["identity", method] for method in sorted(_VIEWS)] == [1, 1]
    assert _services(Counter({call: calls[call] for call in calls if call[1] not in _VIEWS})) == {
        service
    }
    assert "Not visible" not in text


def test_a_deal_names_all_that_it_refers_to_without_asking_its_owners(desk: Desk) -> None:
    """What other services are asked for is their own rows, in the tabs."""
    text, calls = desk.calls(f"/opportunities/{desk.deal}")
    print("deal", dict(calls))
    assert not [method for _, method in calls if method.endswith("/Titles")]
    assert all(each in text for each in desk.expected)


def test_the_tabs_of_an_account_name_what_their_rows_refer_to(desk: Desk) -> None:
    text, calls = desk.calls(f"/accounts/{desk.account}")
    print("account", dict(calls))
    assert not [method for _, method in calls if method.endswith("/Titles")]
    assert "Not visible" not in text
