"""PA-29: records are merged over REST and side by side on a page, and ids lead on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.testing.serving import Serving
from services.campaigns.config import Settings
from services.campaigns.main import campaigns
from tests.gateway.browsers import Browser, reached
from tests.house import House

PRODUCTS, DEALS = "/api/v1/products", "/api/v1/opportunities"


@pytest.fixture
async def two(root: Browser, name: str) -> list[dict[str, Any]]:
    """Two products of nearly one name, the second with what the first lacks."""
    said = [{"name": name}, {"name": f"{name} II", "description": "All of it"}]
    made = [await root.post(PRODUCTS, json=each) for each in said]
    assert [each.status_code for each in made] == [201, 201], made[-1].text
    return [each.json() for each in made]


async def _merge(root: Browser, kept: Any, other: Any, **more: Any) -> Any:
    body = {"others": [{"id": other["id"], "version": other["version"]}], **more}
    return await root.post(f"{PRODUCTS}/{kept['id']}:merge", json=body)


async def test_a_trial_tells_what_goes_along(root: Browser, two: list[dict[str, Any]]) -> None:
    kept, other = two
    await root.post(DEALS, json={"name": kept["name"], "product_id": other["id"]})
    tried = (await _merge(root, kept, other, dry_run=True)).json()
    fields = {each["field"]: each for each in tried["fields"]}
    assert fields["description"]["survives"] == '"All of it"'
    moves = [{k: e[k] for k in ("holder", "field", "count")} for e in tried["moves"]]
    assert {"holder": "sales.Opportunity", "field": "product_id", "count": 1} in moves
    assert "parties" in tried["stopped"]
    assert (await root.get(f"{PRODUCTS}/{other['id']}")).status_code == 200


async def test_a_merged_id_leads_who_reads_and_stops_who_changes(
    root: Browser, two: list[dict[str, Any]]
) -> None:
    kept, other = two
    done = await _merge(root, kept, other)
    assert (done.status_code, done.headers["etag"]) == (200, f'"{done.json()["version"]}"')
    led = await root.get(f"{PRODUCTS}/{other['id']}?fields=name")
    there = f"{PRODUCTS}/{kept['id']}?fields=name"
    assert (led.status_code, led.headers["location"]) == (308, there)
    gone = await root.patch(f"{PRODUCTS}/{other['id']}", json={"name": "Other"})
    assert (gone.status_code, gone.json()["moved_to"]) == (410, kept["id"])
    assert (await root.delete(f"{PRODUCTS}/{other['id']}")).status_code == 410
    page = await root.get(f"/products/{other['id']}")
    assert (page.status_code, page.headers["location"]) == (308, f"/products/{kept['id']}")
    binned = (await root.get(f"{PRODUCTS}:bin")).json()["items"]
    assert other["id"] not in {each["id"] for each in binned}
    assert (await root.post(f"{PRODUCTS}/{other['id']}:restore")).status_code == 409


async def test_the_way_back(root: Browser, two: list[dict[str, Any]]) -> None:
    kept, other = two
    deal = await root.post(DEALS, json={"name": kept["name"], "product_id": other["id"]})
    done = await _merge(root, kept, other)
    named = await root.get(f"{DEALS}/{deal.json()['id']}")
    assert named.json()["product_id"] == kept["id"]
    listed = (await root.get(f"{PRODUCTS}/{kept['id']}/merges")).json()["items"]
    assert [each["others"] for each in listed] == [[{"id": other["id"], "title": other["name"]}]]
    said = {"merge_id": done.json()["merge_id"]}
    undone = await root.post(f"{PRODUCTS}/{kept['id']}:undo-merge", json=said)
    assert (undone.status_code, undone.json()["restored"]) == (200, [other["id"]])
    assert (await root.get(f"{PRODUCTS}/{other['id']}")).json()["name"] == other["name"]
    named = await root.get(f"{DEALS}/{deal.json()['id']}")
    assert named.json()["product_id"] == other["id"]


async def test_side_by_side_on_a_page(root: Browser, two: list[dict[str, Any]]) -> None:
    kept, other = two
    alone = await root.get(f"/products/merge?ids={kept['id']}&q={other['name']}")
    assert other["id"] in alone.text
    page = await root.get(f"/products/merge?ids={kept['id']},{other['id']}")
    assert page.status_code == 200, page.text
    assert "All of it" in page.text
    data = {
        "ids": [kept["id"], other["id"]],
        "survivor": kept["id"],
        f"version.{other['id']}": other["version"],
        "from.name": other["id"],
        "from.description": "",
    }
    done = await root.post("/products/merge", data=data)
    assert done.status_code == 303, done.text
    shown = (await root.get(f"{PRODUCTS}/{kept['id']}")).json()
    assert (shown["name"], shown["description"]) == (other["name"], "All of it")
    again = await root.post("/products/merge", data=data)
    assert again.status_code == 410
    merges = await root.get(f"/products/{kept['id']}/merges")
    assert other["name"] in merges.text
    listed = (await root.get(f"{PRODUCTS}/{kept['id']}/merges")).json()["items"]
    back = await root.post(f"/products/{kept['id']}/merges", data={"merge_id": listed[0]["id"]})
    assert back.status_code == 303, back.text
    assert (await root.get(f"{PRODUCTS}/{kept['id']}")).json()["name"] == kept["name"]


@pytest.fixture
async def marketing(house: House, customers: Serving) -> AsyncIterator[Serving]:
    started = await house.serve("campaigns", campaigns, Settings)
    yield started
    await started.stop()


async def test_a_trial_of_campaigns_tells_who_is_in_both(
    root: Browser, marketing: Serving, name: str
) -> None:
    """CA-03, PA-29"""
    await reached(root, "leads", "campaigns")
    people = [
        await root.post("/api/v1/leads", json={"last_name": f"{each} {name}"}) for each in "ab"
    ]
    assert [each.status_code for each in people] == [201, 201], people[-1].text
    made = [await root.post("/api/v1/campaigns", json={"name": name}) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201], made[-1].text
    two = [each.json() for each in made]
    for campaign, joins in zip(two, (people[:1], people), strict=True):
        ids = [each.json()["id"] for each in joins]
        added = await root.post(
            f"/api/v1/campaigns/{campaign['id']}:add-members", json={"lead_ids": ids}
        )
        assert added.status_code == 200, added.text
    kept, other = two
    body = {"others": [{"id": other["id"]}], "dry_run": True}
    tried = (await root.post(f"/api/v1/campaigns/{kept['id']}:merge", json=body)).json()
    [told] = [each for each in tried["moves"] if each["holder"] == "campaigns.Member"]
    assert (told["count"], told["joined"]) == (2, 1)
    page = await root.get(f"/campaigns/merge?ids={kept['id']},{other['id']}&survivor={kept['id']}")
    assert "(1 in both: one afterwards)" in page.text
