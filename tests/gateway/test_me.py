"""Who is calling: told as far as the scopes go, and free to choose what is a matter of taste."""

from typing import Any

import httpx
import pytest

from gateway.api.me import Preferences
from kit.ids import uuid7
from services.identity.model.people import Person
from tests.gateway.browsers import Browser
from tests.gateway.oauth.test_requests_oauth2client import bearing, signed_in

PASSWORD = "soft yellow lamps 3"


def test_the_gateway_knows_what_identity_calls_a_preference() -> None:
    declared = {name for name, known in Person.fields.items() if known.said.preference}
    assert declared == set(Preferences.model_fields)


async def test_everybody_chooses_the_own_time_zone_and_locale(
    root: Browser, stranger: Browser, colleague: dict[str, Any]
) -> None:
    """A7: without any right to edit people, and nothing else of oneself, nor of others."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    chosen = {"time_zone": "Europe/Bucharest", "locale": "ro-RO"}
    changed = await stranger.patch("/api/v1/me", json=chosen)
    assert changed.status_code == 200, changed.text
    assert chosen.items() <= changed.json().items()
    told = (await root.get(f"/api/v1/people/{colleague['id']}")).json()
    assert chosen.items() <= told.items()
    more = await stranger.patch("/api/v1/me", json={"locale": "de-DE", "job_title": "Head"})
    assert (more.status_code, set(more.json()["errors"])) == (422, {"job_title"})
    me = (await root.get("/api/v1/me")).json()["id"]
    for address in (f"/api/v1/people/{me}", f"/api/v1/people/{colleague['id']}"):
        assert (await stranger.patch(address, json={"job_title": "Head"})).status_code == 403
    assert (await stranger.patch(f"/api/v1/people/{me}", json=chosen)).status_code == 403


@pytest.mark.parametrize("zone", ["localtime", "Factory", "posixrules", "", " ", "Mars/Base"])
async def test_a_time_zone_is_a_place_of_the_iana_list(
    root: Browser, colleague: dict[str, Any], zone: str
) -> None:
    """C6: wherever one is said; the person keeps the zone as it was."""
    person = f"/api/v1/people/{colleague['id']}"
    anew = {"name": "Zoe", "email": f"{uuid7()}@example.com", "time_zone": zone}
    refused = [
        await root.patch("/api/v1/me", json={"time_zone": zone}),
        await root.patch(person, json={"time_zone": zone}),
        await root.post("/api/v1/people", json=anew),
    ]
    for answer in refused:
        assert answer.status_code == 422, answer.text
        assert set(answer.json()["errors"]) == {"time_zone"}
        assert answer.json()["errors"]["time_zone"].endswith(".")
    assert (await root.get(person)).json()["time_zone"] == colleague["time_zone"]


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", set()),
        ("openid profile", {"name", "locale", "time_zone"}),
        ("openid email", {"email"}),
        ("openid api.read", {"name", "email", "profile_ids", "role_ids", "hidden_modules"}),
    ],
)
async def test_me_tells_what_the_scopes_open(
    root: Browser, address: str, name: str, scope: str, told: set[str]
) -> None:
    """Security, low: a token to recognise somebody tells neither address nor profiles."""
    _, token = await signed_in(root, address, name, scope)
    async with httpx.AsyncClient(base_url=address, timeout=60) as program:
        me = (await program.get("/api/v1/me", headers=bearing(token))).json()
    every = {"name", "locale", "time_zone", "email", "profile_ids", "role_ids", "hidden_modules"}
    assert told <= me.keys() & every
    if "api" not in scope:
        assert me.keys() & every == told
