"""ID-08: what is private over REST and on pages, its team with roles, and who may lift it."""

from typing import Any

import pytest

from tests.gateway.browsers import Browser

DEALS = "/api/v1/opportunities"


@pytest.fixture
async def cleo(stranger: Browser, colleague: dict[str, Any]) -> Browser:
    """A colleague, signed in."""
    assert (await stranger.sign_in(colleague["email"], "soft yellow lamps 3")).status_code == 303
    return stranger


@pytest.fixture
async def deal(cleo: Browser, name: str) -> dict[str, Any]:
    """A private deal of Cleo's."""
    made = await cleo.post(DEALS, json={"name": name, "private": True})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_an_administrator_finds_it_nowhere_and_lifts_it(
    root: Browser, cleo: Browser, deal: dict[str, Any]
) -> None:
    address, mine = f"{DEALS}/{deal['id']}", {"filter": f'name = "{deal["name"]}"'}
    assert deal["private"] is True
    assert (await root.get(address)).status_code == 404
    assert (await root.get(f"/opportunities/{deal['id']}")).status_code == 404
    assert (await root.get(f"/opportunities/{deal['id']}/access")).status_code == 404
    assert (await root.get(DEALS, params=mine)).json()["items"] == []
    query = {"owner_id": deal["owner_id"]}
    listed = (await root.get(f"{DEALS}:private", params=query)).json()["items"]
    assert listed == [{"id": deal["id"], "owner_id": deal["owner_id"]}]
    assert (await cleo.get(f"{DEALS}:private")).status_code == 403
    assert (await cleo.post(f"{address}:lift-privacy")).status_code == 403
    assert (await root.post(f"{address}:lift-privacy")).status_code == 200
    assert (await root.get(address)).json()["name"] == deal["name"]


async def test_an_administrator_sees_whose_it_is_on_a_page_and_opens_it(
    root: Browser, cleo: Browser, deal: dict[str, Any], colleague: dict[str, Any]
) -> None:
    """ID-08: the page tells no word of what the record says."""
    page = f"/opportunities/private?owner_id={deal['owner_id']}"
    shown = (await root.get(page)).text
    assert deal["id"] in shown
    assert colleague["name"] in shown
    assert deal["name"] not in shown
    assert "/private" in (await root.get("/access-defaults")).text
    assert (await root.get("/private")).status_code == 303
    assert (await cleo.get(page)).status_code == 403
    lift = f"/opportunities/{deal['id']}/lift-privacy"
    form = {"csrf_token": cleo.csrf}
    assert (await cleo.http.post(lift, data=form)).status_code == 403
    opened = await root.http.post(lift, data={"csrf_token": root.csrf})
    assert opened.status_code == 303
    assert deal["name"] in (await root.get(f"/opportunities/{deal['id']}")).text
    assert deal["id"] not in (await root.get(page)).text
    assert (await root.get("/products/private")).status_code == 404
    unknown = await root.http.post(lift, data={"csrf_token": root.csrf})
    assert unknown.status_code == 404, "it is open already"


async def test_pages_close_it_open_it_and_show_its_team(
    root: Browser, cleo: Browser, deal: dict[str, Any], name: str
) -> None:
    page = f"/opportunities/{deal['id']}"
    listed = (await cleo.get("/opportunities", params={"q": name})).text
    assert 'class="lock"' in listed
    assert 'class="lock"' in (await cleo.get(page)).text
    access = (await cleo.get(f"{page}/access")).text
    assert "This record is private." in access
    assert "Account manager" in access
    me = (await root.get("/api/v1/me")).json()["id"]
    share = {
        "principal_kind": "person",
        "principal": me,
        "level": "full",
        "role": "account_manager",
    }
    form = {"csrf_token": cleo.csrf}
    assert (await cleo.http.post(f"{page}/access", data={**form, **share})).status_code == 303
    assert "as Account manager (full)" in (await root.get(f"{page}/access")).text
    version = str((await cleo.get(f"{DEALS}/{deal['id']}")).json()["version"])
    opened = {**form, "private": "false", "version": version}
    assert (await cleo.http.post(f"{page}/access/private", data=opened)).status_code == 303
    assert "This record is as open as its kind." in (await cleo.get(f"{page}/access")).text
    refused = await root.http.post(
        f"{page}/access/private", data={"csrf_token": root.csrf, "private": "true", "version": "1"}
    )
    assert refused.status_code == 409
