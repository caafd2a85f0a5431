"""PyPI's `requests-oauth2client` against our server, and what its tokens open."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet
from requests_oauth2client import InvalidGrant, OAuth2Client, UnauthorizedClient
from requests_oauth2client.exceptions import EndpointError

from gateway.main import Running
from tests.gateway.browsers import Browser
from tests.gateway.oauth.partners import REDIRECT, allow, register

PRODUCTS = "/api/v1/products"


async def client_of(address: str, client_id: str, secret: str, **more: Any) -> OAuth2Client:
    """Discovers everything by itself; what ID tokens are signed with is the library's own default."""
    return await asyncio.to_thread(
        OAuth2Client.from_discovery_endpoint,
        url=f"{address}/.well-known/openid-configuration",
        issuer=address,
        client_id=client_id,
        client_secret=secret,
        redirect_uri=REDIRECT,
        testing=True,
        **more,
    )


async def signed_in(root: Browser, address: str, name: str, scope: str) -> tuple[OAuth2Client, Any]:
    client = await client_of(address, *(await register(root, name)))
    request = client.authorization_request(scope=scope)
    back = await allow(root, request.uri)
    response = request.validate_callback(back)
    return client, await asyncio.to_thread(client.authorization_code, response)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_an_id_token_is_signed_as_the_client_expects(
    root: Browser, address: str, name: str, algorithm: str
) -> None:
    """F1"""
    registered = await register(root, name, id_token_signed_response_alg=algorithm)
    client = await client_of(address, *registered, id_token_signed_response_alg=algorithm)
    request = client.authorization_request(scope="openid")
    response = request.validate_callback(await allow(root, request.uri))
    token: Any = await asyncio.to_thread(client.authorization_code, response)
    assert token.id_token.headers["alg"] == algorithm


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scopes", ["openid", "crm.read"]),
        ("redirect_uris", ["https://evil.example;script-src *"]),
        ("redirect_uris", ["https://a b.example/"]),
    ],
)
async def test_a_client_is_registered_for_what_there_is(
    root: Browser, name: str, field: str, value: list[str]
) -> None:
    """F3: unknown scopes were taken; hosts with `;` or blanks reached the Content-Security-Policy"""
    body = {"name": name, "grant_types": ["authorization_code"], "redirect_uris": [REDIRECT]}
    answer = await root.post("/api/v1/clients", json=body | {"scopes": ["openid"], field: value})
    assert answer.status_code == 422, answer.text
    assert set(answer.json()["errors"]) == {field}


@pytest.fixture
async def program(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        yield http


def bearing(token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.access_token}"}


async def test_a_program_acts_for_the_person_who_allowed_it(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    _, token = await signed_in(root, address, name, "openid api")
    made = await program.post(PRODUCTS, json={"name": name}, headers=bearing(token))
    assert made.status_code == 201, made.text
    me = (await program.get("/api/v1/me", headers=bearing(token))).json()
    assert me["email"] == "root@example.com"
    assert "api" in me["scopes"]


async def test_a_reading_program_changes_nothing(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    _, token = await signed_in(root, address, name, "openid api.read")
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 200
    refused = await program.post(PRODUCTS, json={"name": name}, headers=bearing(token))
    assert refused.status_code == 403
    assert "'api'" in refused.json()["detail"]


async def test_a_program_that_only_wants_to_know_the_person_reads_nothing(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    _, token = await signed_in(root, address, name, "openid email")
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 403


async def test_a_refresh_token_works_once(root: Browser, address: str, name: str) -> None:
    client, token = await signed_in(root, address, name, "openid offline_access api")
    newer = await asyncio.to_thread(client.refresh_token, token.refresh_token)
    assert newer.access_token != token.access_token
    assert newer.refresh_token is not None
    with pytest.raises(InvalidGrant):
        await asyncio.to_thread(client.refresh_token, token.refresh_token)
    with pytest.raises(InvalidGrant):
        await asyncio.to_thread(client.refresh_token, newer.refresh_token)


async def test_a_revoked_token_opens_nothing_any_more(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    client, token = await signed_in(root, address, name, "openid api")
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 200
    await asyncio.to_thread(client.revoke_access_token, str(token.access_token))
    for _ in range(500):
        if (await program.get(PRODUCTS, headers=bearing(token))).status_code == 401:
            return
    pytest.fail("The revoked token still opens the API.")


async def test_a_program_that_was_switched_off_is_heard_no_more(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    """S9: the gateway remembers tokens, and hears that those of the client are over."""
    me = (await root.get("/api/v1/me")).json()
    alone = {"grant_types": ["client_credentials"], "redirect_uris": [], "person_id": me["id"]}
    client_id, secret = await register(root, name, scopes=["api.read"], **alone)
    client = await client_of(address, client_id, secret)
    token = await asyncio.to_thread(client.client_credentials)
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 200
    query = {"filter": f'client_id = "{client_id}"'}
    [known] = (await root.get("/api/v1/clients", params=query)).json()["items"]
    off = await root.patch(f"/api/v1/clients/{known['id']}", json={"status": "inactive"})
    assert off.status_code == 200, off.text
    for _ in range(500):
        if (await program.get(PRODUCTS, headers=bearing(token))).status_code == 401:
            return
    pytest.fail("The program's token still opens the API.")


async def test_a_script_acts_as_the_person_it_was_registered_for(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    me = (await root.get("/api/v1/me")).json()
    more = {"grant_types": ["client_credentials"], "redirect_uris": [], "person_id": me["id"]}
    registered = await register(root, name, scopes=["api", "api.read"], **more)
    client = await client_of(address, *registered)
    token = await asyncio.to_thread(client.client_credentials, scope="api")
    found = (await program.get("/api/v1/me", headers=bearing(token))).json()
    assert found["id"] == me["id"]


async def test_a_wrong_secret_gets_no_token(root: Browser, address: str, name: str) -> None:
    client_id, _ = await register(root, name)
    client = await client_of(address, client_id, "guessed")
    with pytest.raises((UnauthorizedClient, EndpointError)):
        await asyncio.to_thread(client.client_credentials, scope="api")


async def test_saying_no_is_told_to_the_program(root: Browser, address: str, name: str) -> None:
    client = await client_of(address, *(await register(root, name)))
    request = client.authorization_request(scope="openid api")
    back = await allow(root, request.uri, "deny")
    assert "error=access_denied" in back
    assert "iss=" in back


async def test_a_stranger_signs_in_first(
    stranger: Browser, root: Browser, address: str, name: str
) -> None:
    client = await client_of(address, *(await register(root, name)))
    request = client.authorization_request(scope="openid")
    answer = await stranger.get(request.uri)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize")


async def test_a_forged_token_opens_nothing(
    root: Browser, address: str, program: httpx.AsyncClient, name: str
) -> None:
    _, token = await signed_in(root, address, name, "openid api")
    head, body, _ = str(token.access_token).split(".")
    forged = {"Authorization": f"Bearer {head}.{body}.{'A' * 86}"}
    assert (await program.get(PRODUCTS, headers=forged)).status_code == 401
    nonsense = {"Authorization": "Bearer nonsense"}
    assert (await program.get(PRODUCTS, headers=nonsense)).status_code == 401


async def test_a_revocation_that_was_not_heard_is_asked_for(
    root: Browser, address: str, program: httpx.AsyncClient, gateway: Running, name: str
) -> None:
    """As after a restart of the gateway, which knows neither the token nor the news."""
    client, token = await signed_in(root, address, name, "openid api")
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 200
    await asyncio.to_thread(client.revoke_access_token, str(token.access_token))
    for _ in range(500):
        if (await program.get(PRODUCTS, headers=bearing(token))).status_code == 401:
            break
    tokens = gateway.parts.tokens
    tokens.known.clear()
    tokens.ended.clear()
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 401


async def test_new_keys_are_fetched_when_a_token_names_one(
    root: Browser, address: str, program: httpx.AsyncClient, gateway: Running, name: str
) -> None:
    """As after a rotation: the gateway still holds the keys of before."""
    _, token = await signed_in(root, address, name, "openid api")
    tokens = gateway.parts.tokens
    tokens.known.clear()
    old = ECKey.generate_key("P-256", {"kid": "old"})
    tokens.keys, tokens.fetched = KeySet([old]), time.monotonic() - 60
    assert (await program.get(PRODUCTS, headers=bearing(token))).status_code == 200
