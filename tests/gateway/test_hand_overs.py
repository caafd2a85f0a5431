"""Handing over over REST and on pages: counted, decided, followed and taken back."""

import asyncio
import re
from typing import Any

from tests.gateway.browsers import Browser

DECISIONS = "/api/v1/hand-overs"
PASSWORD = "soft yellow lamps 3"


async def report_of(browser: Browser, name: str) -> dict[str, Any]:
    made = await browser.post(
        "/api/v1/reports", json={"name": name, "entity_name": "sales.Opportunity"}
    )
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def done(root: Browser, id: str, way: str = "run") -> dict[str, Any]:
    """The part of identity, once it has ended."""
    while True:
        answer = await root.get(f"{DECISIONS}/{id}/parts")
        assert answer.status_code == 200, answer.text
        for part in answer.json()["items"]:
            if (part.get(way) or {}).get("ended_at"):
                found: dict[str, Any] = part
                return found
        await asyncio.sleep(0.1)


async def test_what_somebody_has_goes_to_another_and_comes_back(
    root: Browser, stranger: Browser, colleague: dict[str, Any], reader: dict[str, Any], name: str
) -> None:
    """PA-34, SC-25: whoever may not hand over learns of none of it."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    report = await report_of(stranger, name)
    holdings = f"/api/v1/people/{colleague['id']}/holdings"
    told = (await root.get(holdings, params={"successor_id": reader["id"]})).json()
    [line] = told["items"]
    assert (line["entity"], line["open"], line["fields"]) == ("identity.Report", 1, ["owner_id"])
    assert {"parties", "helpdesk"} <= set(told["stopped"])
    for wrong in ("x", "x" * 60_000):
        answer = await root.get(holdings, params={"successor_id": wrong})
        assert answer.status_code in (414, 422, 431)
    decision = await _decided_once(root, colleague["id"], reader["id"], name)
    assert (await done(root, decision["id"]))["run"]["changed"] == 1
    rows = f"{DECISIONS}/{decision['id']}/parts/identity.Report/rows"
    assert [each["record_id"] for each in (await root.get(rows)).json()["items"]] == [report["id"]]
    assert (await stranger.get(f"/api/v1/reports/{report['id']}")).status_code == 404
    for path in (f"{rows}?state=lost", f"{rows}?page_size=2000"):
        assert (await root.get(path)).status_code == 422
    await _learns_nothing(stranger, colleague["id"], decision)
    back = await root.post(f"{DECISIONS}/{decision['id']}:take-back")
    assert back.status_code == 200, back.text
    assert (await done(root, decision["id"], "back"))["back"]["changed"] == 1
    assert (await stranger.get(f"/api/v1/reports/{report['id']}")).status_code == 200


async def _decided_once(root: Browser, person: str, successor: str, name: str) -> dict[str, Any]:
    """However often it is said under one key."""
    asked, key = {"person_id": person, "successor_id": successor}, {"Idempotency-Key": name}
    made = [await root.post(DECISIONS, json=asked, headers=key) for _ in range(2)]
    assert {each.status_code for each in made} == {201}, made[0].text
    first, second = [each.json() for each in made]
    assert first["id"] == second["id"]
    found: dict[str, Any] = first
    return found


async def _learns_nothing(stranger: Browser, person_id: str, decision: dict[str, Any]) -> None:
    """Neither that it was decided, nor what the person has."""
    one = f"{DECISIONS}/{decision['id']}"
    for path, status in (
        (f"/api/v1/people/{person_id}/holdings", 403),
        (one, 404),
        (f"{one}/parts", 403),
        (f"{one}/parts/identity.Report/rows", 403),
        (f"/people/{person_id}/holdings", 404),
        ("/hand-overs/new", 404),
        (f"/hand-overs/{decision['id']}/parts", 404),
    ):
        assert (await stranger.get(path)).status_code == status, path
    asked = {"person_id": person_id, "successor_id": decision["successor_id"]}
    assert (await stranger.post(DECISIONS, json=asked)).status_code == 403


async def test_a_person_s_page_leads_to_what_she_has(
    root: Browser, stranger: Browser, colleague: dict[str, Any], name: str
) -> None:
    """As does the page that asks whether she is to be deactivated."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    await report_of(stranger, name)
    page = await root.get(f"/people/{colleague['id']}")
    assert f"/hand-overs/new?person_id={colleague['id']}" in page.text
    leaving = await root.get(f"/people/{colleague['id']}/do/deactivate")
    assert f"/people/{colleague['id']}/holdings" in leaving.text
    card = await root.get(f"/people/{colleague['id']}/holdings")
    assert "1 open record" in card.text
    typed = {"person_id": "", "person_id~text": "Nobody of this name"}
    assert (await root.get("/hand-overs/new", params=typed)).status_code == 422


async def test_a_preview_leads_to_the_deed_and_its_end(
    root: Browser, stranger: Browser, colleague: dict[str, Any], reader: dict[str, Any], name: str
) -> None:
    """What is wrong stays on the page; then each record says what became of it."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    await report_of(stranger, name)
    preview = await root.get("/hand-overs/new", params={"person_id": colleague["id"]})
    assert "Cleo Colleague" in preview.text
    assert 'value="identity.Report" checked' in preview.text
    said = {"csrf_token": root.csrf, "person_id": colleague["id"], "successor_id": reader["id"]}
    said["successor_id~text"] = "Rita Reader"
    nothing = await root.post("/hand-overs/new", data=said)
    assert (nothing.status_code, "Mark what is handed over." in nothing.text) == (422, True)
    wrong = await root.post(
        "/hand-overs/new",
        data={**said, "successor_id": colleague["id"], "successor_id~text": "Cleo Colleague"}
        | {"take": "identity.Report"},
    )
    assert (wrong.status_code, "Choose somebody else" in wrong.text) == (422, True)
    decided = await root.post("/hand-overs/new", data={**said, "take": "identity.Report"})
    assert decided.status_code == 303, decided.text
    address = decided.headers["location"]
    await done(root, address.rpartition("/")[2])
    shown = await root.get(address)
    assert (shown.status_code, f"{address}/parts" in shown.text) == (200, True)
    progress = await root.get(f"{address}/parts")
    assert "Rita Reader" in progress.text
    assert re.search(r">1</a>", progress.text)
    rows = await root.get(f"{address}/parts/identity.Report", params={"state": "changed"})
    assert "Handed over" in rows.text
