"""PA-31, PA-32: a customer's whole memory in one stream, of whichever service it is."""

from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser, reached


@pytest.fixture(autouse=True)
async def _served(root: Browser, customers: Any, plans: Any) -> None:
    await reached(root, "accounts", "activities")


@pytest.fixture
async def account(root: Browser) -> dict[str, Any]:
    """An account with a contact, two deals and an activity of each deal."""
    word = uuid7().hex
    made = await _made(root, "accounts", name=f"Acme {word}")
    await _made(root, "contacts", last_name=f"Pop {word}", account_id=made["id"])
    for number in range(2):
        deal = await _made(root, "opportunities", name=f"{number} {word}", account_id=made["id"])
        related = {"related_entity": "sales.Opportunity", "related_id": deal["id"]}
        await _made(root, "activities", type="call", name=f"{number} {word}", **related)
    return made


async def _made(root: Browser, plural: str, **values: Any) -> dict[str, Any]:
    answer = await root.post(f"/api/v1/{plural}", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _told(root: Browser, account: dict[str, Any], **asked: str) -> dict[str, Any]:
    query = {"below": "true", **asked}
    answer = await root.get(f"/api/v1/accounts/{account['id']}/timeline", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_all_services_tell_in_one_order_and_pages_meet(
    root: Browser, account: dict[str, Any]
) -> None:
    whole = await _told(root, account, page_size="100", titles="true")
    entities = [each["entity"] for each in whole["items"]]
    assert entities == [
        *("scheduling.Activity", "sales.Opportunity") * 2,
        "parties.Contact",
        "parties.Account",
    ]
    assert not any(each.get("place") for each in whole["items"])
    named = {each["title"] for each in whole["page"]["titles"]}
    assert account["name"] in named
    found, token = [], ""
    while True:
        page = await _told(root, account, page_size="2", page_token=token)
        found += page["items"]
        if not (token := page["page"].get("next_page_token", "")):
            break
    assert [each["record_id"] for each in found] == [each["record_id"] for each in whole["items"]]
    alone = await _told(root, account, below="false")
    assert {each["entity"] for each in alone["items"]} == {"parties.Account"}


async def test_a_service_that_is_away_is_named_and_the_rest_is_told(
    root: Browser, account: dict[str, Any]
) -> None:
    """Nobody serves helpdesk here, whose tickets hang on accounts."""
    page = await _told(root, account)
    assert "helpdesk" in page["stopped"]
    shown = (await root.get(f"/accounts/{account['id']}/timeline")).text
    assert "helpdesk did not answer in time" in shown
    assert "/opportunities/" in shown
    assert shown.count("created this") == 1, "of others it says their name"


@pytest.mark.parametrize("token", ["x", "e30", "eyJjaGF0IjoiIn0", "eyJwYXJ0aWVzIjoxfQ", "\u0661"])
async def test_a_token_of_something_else_is_refused(
    root: Browser, account: dict[str, Any], token: str
) -> None:
    query = {"below": "true", "page_token": token}
    answer = await root.get(f"/api/v1/accounts/{account['id']}/timeline", params=query)
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, ["page_token"])


async def test_of_what_is_not_there_nothing_is_told(root: Browser) -> None:
    query = {"below": "true"}
    answer = await root.get(f"/api/v1/accounts/{uuid7()}/timeline", params=query)
    assert answer.status_code == 404
