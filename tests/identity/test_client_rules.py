"""Which OAuth clients make sense, and when they get a secret."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kit.actor import Actor
from kit.errors import Invalid, Refused
from kit.ids import uuid7
from services.identity.model.clients import Client

AT = datetime(2026, 5, 1, tzinfo=UTC)


def a_client(**given: Any) -> Client:
    known = {
        "name": "Partner",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://partner.example/back"],
        "scopes": ["openid", "api.read"],
    }
    client = Client(**(known | given))
    client.prepare(Actor.system("test"))
    return client


def wrong_fields(**given: Any) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        a_client(**given).check()
    return set(refusal.value.fields)


def test_a_partner_with_a_return_address_is_welcome() -> None:
    a_client().check()


def test_a_client_gets_its_public_identifier_once() -> None:
    client = a_client()
    given = client.client_id
    client.prepare(Actor.system("test"))
    assert client.client_id == given


@pytest.mark.parametrize(
    "uri",
    [
        "http://partner.example/back",
        "https://partner.example/back#part",
        "https://somebody@partner.example/back",
        "javascript:alert(1)",
        "https://[half",
        "/back",
    ],
)
def test_an_unsafe_return_address_is_refused(uri: str) -> None:
    assert wrong_fields(redirect_uris=[uri]) == {"redirect_uris"}


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9000/back", "http://[::1]/back"])
def test_plain_http_is_for_loopback(uri: str) -> None:
    a_client(redirect_uris=[uri]).check()


def test_the_old_grants_are_not_offered() -> None:
    assert wrong_fields(grant_types=["password"]) == {"grant_types"}


def test_a_client_that_signs_in_by_itself_acts_as_somebody_and_keeps_a_secret() -> None:
    alone = {"grant_types": ["client_credentials"], "redirect_uris": []}
    assert wrong_fields(**alone, keeps_secret=False) == {"person_id", "keeps_secret"}
    a_client(**alone, person_id=uuid7()).check()


def test_refreshing_needs_a_sign_in() -> None:
    assert wrong_fields(grant_types=["refresh_token"], redirect_uris=[]) == {"grant_types"}


def test_a_scope_has_no_blanks() -> None:
    assert wrong_fields(scopes=["crm read"]) == {"scopes"}


def test_a_new_secret_takes_the_place_of_the_old() -> None:
    client = a_client()
    client.rotate("hash", AT)
    assert (client.secret_hash, client.secret_changed_at) == ("hash", AT)


@pytest.mark.parametrize("given", [{"keeps_secret": False}, {"status": "inactive"}])
def test_public_and_inactive_clients_get_no_secret(given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        a_client(**given).rotate("hash", AT)
