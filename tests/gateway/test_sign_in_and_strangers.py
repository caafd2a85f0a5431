"""SignIn in, and everything that a stranger or another site may not do."""

from typing import Any

import httpx
import pytest

from gateway.config import Settings
from gateway.main import Running
from gateway.middleware.headers import default_headers
from kit.ids import uuid7
from tests.administered import ADMIN, PASSWORD
from tests.gateway.browsers import Browser
from tests.house import House

PRODUCTS = "/api/v1/products"
SECRET = "soft yellow lamps 3"
HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "x-request-id",
)


async def test_a_stranger_is_asked_to_sign_in(stranger: Browser) -> None:
    answer = await stranger.get(PRODUCTS)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_page_leads_a_stranger_to_the_form_and_back(stranger: Browser) -> None:
    answer = await stranger.get("/products?view=all")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fproducts%3Fview%3Dall"


async def test_a_wrong_password_shows_the_form_with_what_was_typed(stranger: Browser) -> None:
    answer = await stranger.sign_in("someone@example.com", "wrong password 1")
    assert answer.status_code == 401
    assert "someone@example.com" in answer.text
    assert "wrong password 1" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: Browser) -> None:
    answer = await stranger.sign_in(ADMIN, PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("rapport=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_signing_in_leads_only_to_our_own_pages(stranger: Browser) -> None:
    others = ("//evil.example", "/\\evil", "//[")
    for wanted, place in (("/leads?x=1", "/leads?x=1"), *((other, "/") for other in others)):
        form = {"email": ADMIN, "password": PASSWORD, "next": wanted}
        answer = await stranger.http.post("/sign-in", data=form)
        assert answer.headers["location"] == place


async def test_every_sign_in_makes_a_new_session_and_ends_the_one_before(stranger: Browser) -> None:
    await stranger.sign_in(ADMIN, PASSWORD)
    first = stranger.http.cookies["rapport"]
    await stranger.sign_in(ADMIN, PASSWORD)
    second = stranger.http.cookies["rapport"]
    assert first != second
    stranger.http.cookies.set("rapport", first, domain="127.0.0.1", path="/")
    answer = await stranger.http.get(PRODUCTS, headers={"Cookie": f"rapport={first}"})
    assert answer.status_code == 401


async def test_a_change_needs_the_sessions_token(root: Browser, name: str) -> None:
    answer = await root.http.post(PRODUCTS, json={"name": name})
    assert answer.status_code == 403
    assert "out of date" in answer.json()["detail"]


async def test_a_form_may_carry_the_token(stranger: Browser) -> None:
    await stranger.sign_in(ADMIN, PASSWORD)
    refused = await stranger.http.post("/sign-out")
    assert refused.status_code == 403
    answer = await stranger.http.post("/sign-out", data={"csrf_token": stranger.csrf})
    assert answer.status_code == 303
    assert (await stranger.get(PRODUCTS)).status_code == 401


async def test_a_multipart_form_may_carry_the_token(root: Browser) -> None:
    files = {"file": ("a.csv", b"name\nx\n", "text/csv")}
    form = {"entity": "sales.Product"}
    refused = await root.http.post("/imports/new", data=form, files=files)
    assert refused.status_code == 403
    form["csrf_token"] = root.csrf
    taken = await root.http.post("/imports/new", data=form, files=files)
    assert taken.status_code == 303, taken.text


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_another_site_cannot_act(root: Browser, name: str, headers: dict[str, str]) -> None:
    answer = await root.post(PRODUCTS, json={"name": name}, headers=headers)
    assert answer.status_code == 403
    form = {"email": ADMIN, "password": PASSWORD}
    assert (await root.http.post("/sign-in", data=form, headers=headers)).status_code == 403


async def test_every_answer_carries_the_headers(root: Browser, stranger: Browser) -> None:
    paths = (
        "/",
        "/sign-in",
        "/products",
        "/api/v1/me",
        "/api/docs",
        "/api/openapi.json",
        "/none/such",
    )
    for browser in (root, stranger):
        for path in paths:
            answer = await browser.get(path)
            missing = [name for name in HEADERS if name not in answer.headers]
            assert not missing, (path, missing)
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert "server" not in answer.headers


async def test_a_request_keeps_the_name_it_came_with(root: Browser) -> None:
    named = await root.get("/api/v1/me", headers={"X-Request-Id": "abc-1"})
    assert named.headers["x-request-id"] == "abc-1"
    odd = await root.get("/api/v1/me", headers={"X-Request-Id": "a b"})
    assert odd.headers["x-request-id"] != "a b"


async def test_whoever_is_deactivated_is_out(
    root: Browser, stranger: Browser, colleague: Any
) -> None:
    await stranger.sign_in(colleague["email"], SECRET)
    assert (await stranger.get("/api/v1/me")).status_code == 200
    answer = await root.post(f"/api/v1/people/{colleague['id']}:deactivate")
    assert answer.status_code == 200, answer.text
    for _ in range(200):
        if (await stranger.get("/api/v1/me")).status_code == 401:
            return
    pytest.fail("The session outlived its person.")


async def test_what_others_own_is_not_found(
    root: Browser, stranger: Browser, colleague: Any, name: str
) -> None:
    """An invisible row reads like one that never was, in a list as by its address."""
    default = {"entity_name": "sales.Opportunity", "level": "private"}
    made = await root.post("/api/v1/access-defaults", json=default)
    assert made.status_code == 201, made.text
    deal = await root.post("/api/v1/opportunities", json={"name": name})
    assert deal.status_code == 201, deal.text
    await stranger.sign_in(colleague["email"], SECRET)
    path = f"/api/v1/opportunities/{deal.json()['id']}"
    hidden, never = await stranger.get(path), await stranger.get(f"/api/v1/opportunities/{uuid7()}")
    assert hidden.status_code == never.status_code == 404
    assert hidden.json()["detail"] == never.json()["detail"]
    changed = await stranger.patch(path, json={"name": "mine"})
    assert changed.status_code == 404
    assert (await stranger.get("/api/v1/opportunities")).json()["items"] == []


async def test_a_profile_that_only_reads_changes_nothing(
    root: Browser, stranger: Browser, reader: Any, name: str
) -> None:
    await stranger.sign_in(reader["email"], SECRET)
    answer: httpx.Response = await stranger.post(PRODUCTS, json={"name": name})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#problem-denied")


async def test_the_gateway_is_ready_without_every_service(gateway: Running) -> None:
    assert gateway.health.unready() == []


async def test_over_https_the_cookie_belongs_to_this_host_alone(house: House) -> None:
    """The prefix makes browsers insist on Secure, Path=/ and no Domain."""
    environment = house.environment("gateway")
    settings = Settings.load({**environment, "RAPPORT_PUBLIC_URL": "https://crm.example"})
    assert settings.cookie == "__Host-rapport"
    assert settings.is_secure
    headers = dict(default_headers(settings))
    assert headers[b"strict-transport-security"].startswith(b"max-age=")
