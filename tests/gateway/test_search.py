"""XC-06: one search over all services, by REST and by page."""

from typing import Any

import pytest

from tests.gateway.browsers import Browser
from tests.waiting import until

SEARCH, DEALS = "/api/v1/search", "/api/v1/opportunities"


@pytest.fixture
def word(name: str) -> str:
    """A word that stands nowhere else."""
    return name.rpartition("-")[2] + "q"


HERE = {"identity", "sales", "chat"}


async def _found(browser: Browser, **asked: Any) -> Any:
    """What the services that run here find; on a busy machine the first answer may come too late."""
    told: dict[str, Any] = {}

    async def answered() -> bool:
        answer = await browser.get(SEARCH, params=asked)
        assert answer.status_code == 200, answer.text
        told.update(answer.json())
        return HERE.isdisjoint(told["stopped"])

    await until(answered, f"{sorted(HERE)} answer in time")
    return told


async def test_what_several_services_find_is_one_answer(root: Browser, word: str) -> None:
    """XC-06: a deal, its note, a colleague and what was said in a room, the best first."""
    deal = (await root.post(DEALS, json={"name": f"Deal {word}"})).json()
    note = await root.post(f"{DEALS}/{deal['id']}/notes", json={"body": f"Says {word}."})
    report = {"name": word, "entity_name": "sales.Opportunity"}
    made = await root.post("/api/v1/reports", json=report)
    assert made.status_code == 201, made.text
    [room] = (await root.get("/api/v1/rooms", params={"filter": "kind = public"})).json()["items"]
    said = await root.post("/api/v1/messages", json={"room_id": room["id"], "text": f"{word}!"})
    assert said.status_code == 201, said.text
    told = await _found(root, q=word)
    assert [(each["entity"], each["kind"]) for each in told["items"]] == [
        ("identity.Report", "record"),
        ("sales.Opportunity", "record"),
        ("chat.Message", "record"),
        ("sales.Opportunity", "note"),
    ]
    assert told["items"][3]["part_id"] == note.json()["id"]
    assert told["items"][3]["marks"] == [{"start": 5, "length": len(word)}]
    assert told["capped"] is False
    only = await _found(root, q=word, entities="sales.Opportunity", kinds="record")
    assert [each["id"] for each in only["items"]] == [deal["id"]]
    assert (await _found(root, q=word, limit=2))["capped"] is True
    shown = await root.get(f"/messages/{said.json()['id']}")
    assert (shown.status_code, shown.headers["location"]) == (303, f"/chat/{room['id']}")


async def test_the_page_leads_to_what_is_found_and_marks_it(root: Browser, word: str) -> None:
    """XC-06: text is text, whatever it looks like."""
    name = f"<script>alert(1)</script> {word}"
    deal = (await root.post(DEALS, json={"name": name})).json()
    await root.post(f"{DEALS}/{deal['id']}/notes", json={"body": f"Says {word}."})
    await _found(root, q=word)
    page = (await root.get("/search", params={"q": word})).text
    assert f'href="/opportunities/{deal["id"]}"' in page
    assert f'href="/opportunities/{deal["id"]}/notes?search={word}"' in page
    assert f"<mark>{word}</mark>" in page
    assert "<script>alert" not in page
    notes = (
        await root.get("/search", params={"q": word, "in": "note", "of": "opportunities"})
    ).text
    assert f'href="/opportunities/{deal["id"]}"' not in notes
    assert "did not answer in time" in page
    assert "Nothing found" in (await root.get("/search", params={"q": f"{word}x"})).text
    assert word in (await root.get("/web/commands", params={"q": word})).text


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "x" * 201}, "q"),
        ({"q": "x", "limit": "51"}, "limit"),
        ({"q": "x", "kinds": "gossip"}, "kinds"),
        ({"q": "x", "entities": "sales.Nothing"}, "entities"),
        ({"words": "x"}, "words"),
    ],
)
async def test_what_cannot_be_asked_is_named(
    root: Browser, asked: dict[str, str], field: str
) -> None:
    answer = await root.get(SEARCH, params=asked)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


async def test_strangers_find_nothing(stranger: Browser) -> None:
    assert (await stranger.get(SEARCH, params={"q": "x"})).status_code == 401
