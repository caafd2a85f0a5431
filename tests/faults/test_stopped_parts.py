"""One part is dead and stays so for a while: what needs it says so, and the rest goes on."""

import json
from collections.abc import Iterator

import httpx
import pytest

from cli.api import Api
from cli.local.wiring import ADMIN_EMAIL
from tests.faults.breaking import Breaking, until
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("faults")]

# One list of each service, so that each is seen to answer or to be away.
_LISTS = {
    "identity": "people", "parties": "accounts", "sales": "opportunities",
    "campaigns": "campaigns", "helpdesk": "tickets", "scheduling": "activities",
    "chat": "rooms",
}  # fmt: skip


@pytest.fixture(scope="module")
def person(breaking: Breaking) -> Iterator[httpx.Client]:
    """The administrator in a browser: known by a cookie."""
    with _visitor(breaking.system) as client:
        form = _credentials(breaking.system)
        assert client.post("/sign-in", data=form).status_code == httpx.codes.SEE_OTHER
        yield client


@pytest.fixture(scope="module")
def program(breaking: Breaking, api: Api) -> Iterator[httpx.Client]:
    """A program that acts as the administrator: known by a token."""
    words = ("client", "create", "--name", "Faults", "--as", ADMIN_EMAIL, "--json")
    made = breaking.system.command(*words)
    assert made.returncode == 0, made.stderr
    known = json.loads(made.stdout)
    with _visitor(breaking.system) as client:
        keys = (known["client_id"], known["client_secret"])
        wanted = {"grant_type": "client_credentials", "scope": "api"}
        token = client.post("/oauth/token", data=wanted, auth=keys).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_a_service_that_is_dead_is_missed_by_its_own_routes_alone(
    breaking: Breaking, person: httpx.Client
) -> None:
    with breaking.left_dead("helpdesk"):
        _check_away(person, "helpdesk")
        _check_others(person, "helpdesk")
        page = person.get("/")
        assert page.status_code == httpx.codes.OK
    until(lambda: _status(person, "helpdesk") == httpx.codes.OK, "tickets once more")


def test_without_identity_those_who_are_signed_in_go_on(
    breaking: Breaking, person: httpx.Client, program: httpx.Client
) -> None:
    """The policy is replicated: rights are judged without asking anybody."""
    assert _status(program, "sales") == _status(person, "sales") == httpx.codes.OK
    with breaking.left_dead("identity"):
        _check_others(program, "identity")
        _check_others(person, "identity")
        _check_away(program, "identity")
        with _visitor(breaking.system) as stranger:
            refused = stranger.post("/sign-in", data=_credentials(breaking.system))
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "set-cookie" not in refused.headers
    until(lambda: _status(program, "identity") == httpx.codes.OK, "people once more")


def test_without_valkey_no_session_is_believed_and_tokens_still_are(
    breaking: Breaking, person: httpx.Client, program: httpx.Client
) -> None:
    _check_others(program, "")
    with breaking.left_dead("valkey"):
        refused = person.get("/api/v1/accounts")
        _check_problem(refused, "Sessions cannot be checked right now")
        _check_others(program, "")
        with _visitor(breaking.system) as stranger:
            unknown = stranger.get("/api/v1/accounts")
        assert unknown.status_code == httpx.codes.UNAUTHORIZED
    until(lambda: _status(person, "parties") == httpx.codes.OK, "sessions once more")


def _visitor(system: System) -> httpx.Client:
    return httpx.Client(base_url=system.address, timeout=30, trust_env=False)


def _credentials(system: System) -> dict[str, str]:
    return {"email": ADMIN_EMAIL, "password": system.home.secret("administrator")}


def _status(client: httpx.Client, service: str) -> int:
    return client.get(f"/api/v1/{_LISTS[service]}").status_code


def _check_others(client: httpx.Client, away: str) -> None:
    found = {name: _status(client, name) for name in _LISTS if name != away}
    assert set(found.values()) == {httpx.codes.OK}, found


def _check_away(client: httpx.Client, service: str) -> None:
    answer = client.get(f"/api/v1/{_LISTS[service]}")
    _check_problem(answer, f"{service} does not answer right now")


def _check_problem(answer: httpx.Response, said: str) -> None:
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert said.lower() in answer.json()["detail"].lower(), answer.text
