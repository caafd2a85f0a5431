"""The bin over REST: what is deleted is listed there, and comes back by `:restore`."""

from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser

PRODUCTS, STAGES = "/api/v1/products", "/api/v1/stages"


@pytest.fixture
async def deleted(root: Browser, name: str) -> str:
    """The address of a product in the bin."""
    made = (await root.post(PRODUCTS, json={"name": name})).json()
    address = f"{PRODUCTS}/{made['id']}"
    assert (await root.delete(address)).status_code == 204
    return address


async def _entry(root: Browser, address: str) -> dict[str, Any]:
    items = (await root.get(f"{PRODUCTS}:bin", params={"page_size": "200"})).json()["items"]
    (entry,) = (each for each in items if address.endswith(each["id"]))
    return dict(entry)


async def test_what_is_deleted_stands_in_the_bin_and_comes_back(
    root: Browser, name: str, deleted: str
) -> None:
    """B2"""
    assert (await root.get(deleted)).status_code == 404
    me = (await root.get("/api/v1/me")).json()["id"]
    entry = await _entry(root, deleted)
    assert (entry["title"], entry["deleted_by"], entry["version"]) == (name, me, 2)
    assert entry["deleted_at"] < entry["erased_from"]
    back = await root.post(f"{deleted}:restore", headers={"If-Match": '"2"'})
    assert (back.status_code, back.headers["etag"]) == (200, '"3"')
    assert (await root.get(deleted)).json()["name"] == name


async def test_a_stale_view_of_the_bin_is_told_apart(root: Browser, deleted: str) -> None:
    stale = await root.post(f"{deleted}:restore", headers={"If-Match": '"1"'})
    assert stale.status_code == 412, stale.text


async def test_a_restoring_is_repeated_under_its_key(root: Browser, deleted: str) -> None:
    key = {"Idempotency-Key": uuid7().hex}
    answers = [await root.post(f"{deleted}:restore", headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert (await root.post(f"{deleted}:restore")).status_code == 409


async def test_a_reader_neither_sees_the_bin_nor_restores(
    stranger: Browser, reader: Any, deleted: str
) -> None:
    await stranger.sign_in(reader["email"], "soft yellow lamps 3")
    assert (await stranger.get(f"{PRODUCTS}:bin")).status_code == 403
    assert (await stranger.post(f"{deleted}:restore")).status_code == 403


async def test_an_address_that_was_kept_leads_to_the_bin(root: Browser, deleted: str) -> None:
    page = deleted.removeprefix("/api/v1")
    answer = await root.http.get(page)
    assert (answer.status_code, answer.headers["location"][:13]) == (303, "/products/bin")
    assert (await root.http.get(f"/products/{uuid7()}")).status_code == 404


async def test_what_has_no_bin_is_deleted_for_good(root: Browser, name: str) -> None:
    made = await root.post(STAGES, json={"name": name, "probability": "10"})
    address = f"{STAGES}/{made.json()['id']}"
    assert (await root.delete(address)).status_code == 204
    assert (await root.post(f"{address}:restore")).status_code == 404
    assert (await root.get(f"{STAGES}:bin")).status_code == 404
