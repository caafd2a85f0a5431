"""XC-07: what people are told, over HTTP: live, on pages, and to nobody else."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.main import Running
from kit.testing.serving import Serving
from tests.gateway.browsers import Browser
from tests.gateway.test_live import SECRET
from tests.waiting import until

DEALS, TOLD = "/api/v1/opportunities", "/api/v1/notifications"


@pytest.fixture(autouse=True)
async def _answering(root: Browser, plans: Serving) -> None:
    """The gateway may have tried before scheduling was served, and rests before it tries again."""

    async def there() -> bool:
        return (await root.get(TOLD)).status_code == 200

    await until(there, "the inbox answers")


@pytest.fixture
async def cleo(
    gateway: Running, plans: Serving, address: str, colleague: Any
) -> AsyncIterator[Browser]:
    """A colleague, signed in."""
    async with Browser(address) as browser:
        await browser.sign_in(colleague["email"], SECRET)
        yield browser


@asynccontextmanager
async def news(browser: Browser) -> AsyncIterator[AsyncIterator[int]]:
    """How many are unread, as it is told."""
    async with browser.http.stream("GET", f"{TOLD}/live", timeout=30) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _numbers(answer)


async def _numbers(answer: httpx.Response) -> AsyncIterator[int]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])["unread"]


async def _given(root: Browser, person: Any, name: str) -> Any:
    made = await root.post(DEALS, json={"name": name, "owner_id": person["id"]})
    assert made.status_code == 201, made.text
    return made.json()


async def _first(browser: Browser) -> Any:
    """What somebody is told first, as soon as it is there."""

    async def there() -> bool:
        return bool((await browser.get(TOLD)).json()["items"])

    await until(there, "somebody is told")
    return (await browser.get(TOLD)).json()["items"][0]


async def test_news_come_live_to_whom_they_concern(
    root: Browser, cleo: Browser, colleague: Any, name: str
) -> None:
    async with news(cleo) as hers, news(root) as others:
        assert await anext(hers) == 0
        before = await anext(others)
        await _given(root, colleague, name)
        assert await anext(hers) == 1
        one = await _first(cleo)
        assert (one["title"], one["state"]) == (name, "seen")
        marked = await cleo.post(f"{TOLD}/{one['id']}:read")
        assert marked.json() == {"unread": 0}
        assert await anext(hers) == 0
        await root.post(f"{TOLD}:read-all")
        assert await anext(others) == 0, "nothing was said of hers"
        assert before >= 0


async def test_a_stream_ends_with_its_session(cleo: Browser) -> None:
    async with news(cleo) as hers:
        assert await anext(hers) == 0
        await cleo.post("/sign-out")
        with pytest.raises(StopAsyncIteration):
            await anext(hers)
    assert (await cleo.get(f"{TOLD}/live")).status_code == 401


async def test_nobody_marks_what_another_was_told(
    root: Browser, cleo: Browser, colleague: Any, name: str
) -> None:
    """Attack: by the id, and by words that are none."""
    await _given(root, colleague, name)
    one = await _first(cleo)
    for mark in ("read", "unread", "mute", "unmute"):
        assert (await root.post(f"{TOLD}/{one['id']}:{mark}")).status_code == 404
    for wrong in ("nobody", "x" * 5_000, "%00"):
        assert (await cleo.post(f"{TOLD}/{wrong}:read")).status_code == 404
    assert (await cleo.post(f"{TOLD}/{one['id']}:burn")).status_code == 422
    assert (await cleo.get(TOLD)).json()["unread"] == 1


async def test_the_inbox_shows_titles_as_text_and_is_worked_by_forms(
    root: Browser, cleo: Browser, colleague: Any, name: str
) -> None:
    """Attack: HTML in a title."""
    made = await _given(root, colleague, f"<script>alert(1)</script> {name}")
    one = await _first(cleo)
    page = (await cleo.get("/inbox")).text
    assert "<script>alert" not in page
    assert f"&lt;script&gt;alert(1)&lt;/script&gt; {name}" in page
    assert f'href="/opportunities/{made["id"]}"' in page
    for mark, said in (("mute", "Unmute"), ("unmute", "Mute"), ("read", "Mark as unread")):
        form = {"csrf_token": cleo.csrf, "back": "/inbox?kind=assigned"}
        answer = await cleo.http.post(f"/inbox/{one['id']}/{mark}", data=form)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/inbox?kind=assigned")
        assert said in (await cleo.get("/inbox")).text
    away = {"csrf_token": cleo.csrf, "back": "https://evil.example"}
    answer = await cleo.http.post(f"/inbox/{one['id']}/read", data=away)
    assert answer.headers["location"] == "/inbox"
    lead = await cleo.get(f"/inbox/to/sales.Opportunity/{made['id']}")
    assert lead.headers["location"] == f"/opportunities/{made['id']}"
    assert (await cleo.get("/inbox/to/sales.Nothing/1")).status_code == 404


async def test_people_choose_their_letters_on_a_page(cleo: Browser) -> None:
    assert "Once a day" in (await cleo.get("/inbox/choices")).text
    form = {"csrf_token": cleo.csrf, "followed": "never", "assigned": "daily"}
    assert (await cleo.http.post("/inbox/choices", data=form)).status_code == 303
    chosen = (await cleo.get(f"{TOLD}/choices")).json()
    assert chosen == {
        "mentioned": "at_once",
        "assigned": "daily",
        "shared": "at_once",
        "completed": "never",
        "followed": "never",
    }
    for wrong, field in (({"followed": "hourly"}, "followed"), ({"gossip": "daily"}, "gossip")):
        answer = await cleo.patch(f"{TOLD}/choices", json=wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


async def test_a_record_is_followed_on_its_page(root: Browser, cleo: Browser, name: str) -> None:
    made = (await root.post(DEALS, json={"name": name})).json()
    page = f"/opportunities/{made['id']}"
    assert "Follow" in (await cleo.get(page)).text
    form = {"csrf_token": cleo.csrf}
    assert (await cleo.http.post(f"{page}/follow", data=form)).status_code == 303
    shown = (await cleo.get(page)).text
    assert "Unfollow" in shown
    assert "1 follower: Cleo Colleague" in shown
    followers = (await root.get(f"{DEALS}/{made['id']}/followers")).json()
    assert (len(followers["items"]), followers["following"]) == (1, False)
    await cleo.http.post(f"{page}/unfollow", data=form)
    assert (await root.get(f"{DEALS}/{made['id']}/followers")).json()["items"] == []


async def test_what_stands_in_no_letter_ends_nothing(stranger: Browser, plans: Serving) -> None:
    """Attack: guessing the address that ends the letters of somebody."""
    assert (await stranger.get("/unsubscribe/guess")).status_code == 200
    for guess in ("guess", "x" * 5_000, "%00"):
        answer = await stranger.http.post(f"/unsubscribe/{guess}")
        assert answer.status_code == 404
