"""Many records at once over REST and on pages: tried, done, followed, and taken back."""

import re
from typing import Any

from kit.ids import uuid7
from tests.gateway.browsers import Browser

BULK = "/api/v1/products:bulk"


async def made(root: Browser, name: str, number: int) -> list[dict[str, Any]]:
    answers = [
        await root.post(
            "/api/v1/products", json={"name": f"{name} {place}", "price": "5", "currency": "EUR"}
        )
        for place in range(number)
    ]
    return [answer.json() for answer in answers]


async def test_many_are_changed_followed_and_taken_back(root: Browser, name: str) -> None:
    """PA-20: by ids and by a filter; each refused row says why, under the field's name."""
    those = await made(root, name, 2)
    asked = {"ids": [*(each["id"] for each in those), str(uuid7())], "values": {"price": "7"}}
    key = {"Idempotency-Key": uuid7().hex}
    answer = await root.post(BULK, json=asked, headers=key)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert done["id"].startswith("sales.")
    assert (done["changed"], done["refused"], done["undoable"]) == (2, 1, True)
    assert (await root.post(BULK, json=asked, headers=key)).json()["id"] == done["id"]
    rows = (await root.get(f"/api/v1/bulks/{done['id']}/rows?state=refused")).json()
    [row] = rows["items"]
    assert row["reasons"] == {"": "There is no such record, or you may not see it."}
    back = (await root.post(f"/api/v1/bulks/{done['id']}:undo")).json()
    assert (back["action"], back["undo_of"], back["changed"]) == ("undo", done["id"], 2)
    now = (await root.get(f"/api/v1/products/{those[0]['id']}")).json()
    assert now["price"] == "5"
    assert (await root.get(f"/api/v1/bulks/{done['id']}")).json()["undone_by"] == back["id"]


async def test_what_does_not_fit_is_named(root: Browser) -> None:
    for body, field in (
        ({}, "values"),
        ({"all": True, "values": {"pryce": "7"}}, "pryce"),
        ({"all": True, "values": [1]}, "values"),
        ({"all": True, "action": "delete", "values": {"price": "7"}}, "values"),
        ({"all": True, "action": "<b>", "values": {}}, "values"),
        ({"all": True, "action": "<b>"}, "action"),
        ({"all": True, "entity": "sales.Opportunity"}, "entity"),
        ({"ids": ["x" * 180_000], "values": {"price": "7"}}, "ids"),
    ):
        answer = await root.post(BULK, json=body)
        assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field]), answer.text


async def test_strangers_and_those_without_the_right_change_nothing(
    root: Browser, stranger: Browser, colleague: dict[str, Any], name: str
) -> None:
    [product] = await made(root, name, 1)
    asked = {"ids": [product["id"]], "values": {"price": "7"}}
    assert (await stranger.post(BULK, json=asked)).status_code == 401
    done = (await root.post(BULK, json={**asked, "dry_run": True})).json()
    await stranger.sign_in(colleague["email"], "soft yellow lamps 3")
    for path in (
        f"/api/v1/bulks/{done['id']}",
        f"/api/v1/bulks/{done['id']}/rows",
        "/api/v1/bulks/x",
    ):
        assert (await stranger.get(path)).status_code == 404
    for verb in ("run", "undo"):
        assert (await stranger.post(f"/api/v1/bulks/{done['id']}:{verb}")).status_code == 404


async def test_a_list_leads_to_a_trial_to_the_deed_and_back(root: Browser, name: str) -> None:
    """By forms without JavaScript: mark, say what, see what will happen, do it, take it back."""
    those = await made(root, name, 2)
    page = await root.get("/products", params={"q": name})
    assert page.text.count('name="ids"') == 2
    assert 'action="/products/bulk"' in page.text
    asked = {"ids": [each["id"] for each in those], "action": "change"}
    form = await root.get("/products/bulk", params=asked)
    assert "2 of the products" in form.text
    said = {**asked, "set": "price", "price": "9", "idempotency_key": uuid7().hex}
    wrong = await root.post("/products/bulk", data={**said, "price": "dear"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    tried = await root.post("/products/bulk", data=said)
    assert tried.status_code == 303, tried.text
    trial = await root.get(tried.headers["location"])
    assert "nothing was changed yet" in trial.text
    assert (await root.get(f"/api/v1/products/{those[0]['id']}")).json()["price"] == "5"
    done = await root.post(f"{tried.headers['location']}/run", data={"key": uuid7().hex})
    report = await root.get(done.headers["location"])
    assert f"/products/{those[0]['id']}" in report.text
    assert "Take it back" in report.text
    assert (await root.get(f"/api/v1/products/{those[0]['id']}")).json()["price"] == "9"
    back = await root.post(f"{done.headers['location']}/undo", data={"key": uuid7().hex})
    assert back.status_code == 303
    assert (await root.get(f"/api/v1/products/{those[0]['id']}")).json()["price"] == "5"


async def test_all_that_match_are_meant_by_one_box(root: Browser, name: str) -> None:
    await made(root, name, 3)
    asked = {"everything": "1", "filter": f'name = "{name}*"', "action": "delete"}
    form = await root.get("/products/bulk", params=asked)
    assert "3 of the products" in form.text
    tried = await root.post("/products/bulk", data=asked)
    found = re.search(r"sales\.[0-9a-f-]+", tried.headers["location"])
    assert found
    trial = (await root.get(f"/api/v1/bulks/{found[0]}")).json()
    assert (trial["rows"], trial["changed"], trial["dry_run"]) == (3, 3, True)
    none = await root.get("/products/bulk", params={"action": "delete"})
    assert none.status_code == 422
