"""XC-03: notes on records over REST."""

from typing import Any

import pytest

from tests.gateway.browsers import Browser

DEALS = "/api/v1/opportunities"


@pytest.fixture
async def notes(root: Browser, name: str) -> str:
    """The address of the notes on a deal."""
    made = await root.post(DEALS, json={"name": name})
    assert made.status_code == 201, made.text
    return f"{DEALS}/{made.json()['id']}/notes"


async def test_a_note_is_written_changed_and_taken_away(root: Browser, notes: str) -> None:
    made = await root.post(notes, json={"body": "Wants **two**.", "visibility": "portal"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    one = f"{notes}/{made.json()['id']}"
    changed = await root.patch(one, json={"body": "Wants three."}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    said = (await root.get(f"{one}/versions")).json()["items"]
    assert [each["body"] for each in said] == ["Wants three.", "Wants **two**."]
    stale = await root.patch(one, json={"pinned": True}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["body"]) == (412, "Wants three.")
    assert (await root.delete(one, headers={"If-Match": '"2"'})).status_code == 204
    assert (await root.get(notes)).json()["items"] == []


async def test_notes_are_searched_and_named(root: Browser, notes: str) -> None:
    for body in ("A reduction.", "Something else."):
        await root.post(notes, json={"body": body})
    found = (await root.get(notes, params={"search": "reduc", "titles": "true"})).json()
    assert [each["body"] for each in found["items"]] == ["A reduction."]
    assert [each["entity"] for each in found["page"]["titles"]] == ["identity.Person"]


async def test_the_same_key_writes_one_note(root: Browser, notes: str, name: str) -> None:
    headers = {"Idempotency-Key": name}
    made = [await root.post(notes, json={"body": "Once."}, headers=headers) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert len((await root.get(notes)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": "x" * 180_000}, "body"),
        ({"body": ""}, "body"),
        ({"body": "Hello.", "visibility": "world"}, "visibility"),
        ({"body": "Hello.", "created_by": "me"}, "created_by"),
        ({"body": ["Hello."]}, "body"),
    ],
)
async def test_what_does_not_fit_is_named(
    root: Browser, notes: str, body: dict[str, Any], field: str
) -> None:
    answer = await root.post(notes, json=body)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["errors"]) == [field]


async def test_the_address_names_the_record_whatever_the_body_says(
    root: Browser, notes: str
) -> None:
    other = await root.post(DEALS, json={"name": "Another"})
    said = {"body": "Here.", "id": other.json()["id"], "entity": "sales.Product"}
    made = await root.post(notes, json=said)
    assert made.json()["record_id"] == notes.split("/")[-2]
    assert made.json()["entity"] == "sales.Opportunity"


async def test_what_takes_no_notes_has_no_address_for_them(root: Browser) -> None:
    product = await root.post(
        "/api/v1/products", json={"name": "P", "price": "1", "currency": "EUR"}
    )
    answer = await root.get(f"/api/v1/products/{product.json()['id']}/notes")
    assert answer.status_code == 404


async def test_a_note_of_nobody_is_not_found(root: Browser, notes: str) -> None:
    for one in (f"{notes}/nobody", f"{notes}/0190a000-0000-7000-8000-000000000000"):
        assert (await root.patch(one, json={"body": "x"})).status_code == 404
        assert (await root.get(f"{one}/versions")).status_code == 404
        assert (await root.delete(one)).status_code == 404
    assert (await root.get(f"{notes}/a/versions/b")).status_code == 404


async def _page(root: Browser, notes: str, beyond: str = "") -> str:
    """The page of the deal, or one beneath it."""
    answer = await root.get(f"/opportunities/{notes.split('/')[-2]}{beyond}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def _submit(root: Browser, notes: str, beyond: str, **form: str) -> Any:
    address = f"/opportunities/{notes.split('/')[-2]}/notes{beyond}"
    return await root.http.post(address, data={"csrf_token": root.csrf, **form})


async def test_notes_are_written_changed_pinned_and_taken_away_by_forms(
    root: Browser, notes: str
) -> None:
    """Without JavaScript, and each leads back to the notes of the record."""
    made = await _submit(root, notes, "", body="Wants **two**.", idempotency_key="a")
    assert (made.status_code, made.headers["location"][-6:]) == (303, "#notes")
    assert "Wants <strong>two</strong>." in await _page(root, notes)
    [note] = (await root.get(notes)).json()["items"]
    changed = {"body": "Wants three.", "visibility": "portal", "version": "1"}
    assert (await _submit(root, notes, f"/{note['id']}", **changed)).status_code == 303
    pinned = {"pinned": "true", "version": "2"}
    assert (await _submit(root, notes, f"/{note['id']}/pin", **pinned)).status_code == 303
    page = await _page(root, notes)
    for told in ("Wants three.", "edited", "Pinned", "For the customer, too"):
        assert told in page
    versions = await _page(root, notes, f"/notes/{note['id']}/versions")
    assert "Wants <strong>two</strong>." in versions
    gone = await _submit(root, notes, f"/{note['id']}/delete", version="3")
    assert gone.status_code == 303
    assert "Wants three." not in await _page(root, notes)


async def test_what_was_typed_is_kept_when_it_cannot_be_taken(root: Browser, notes: str) -> None:
    await root.post(notes, json={"body": "As it was."})
    [note] = (await root.get(notes)).json()["items"]
    await root.patch(f"{notes}/{note['id']}", json={"body": "Meanwhile."})
    stale = await _submit(root, notes, f"/{note['id']}", body="Typed long.", version="1")
    assert stale.status_code == 422
    assert "Typed long.</textarea>" in stale.text
    assert "Somebody changed this note" in stale.text
    wrong = await _submit(root, notes, "", body="Ask @[x](0190a000-0000-7000-8000-000000000000)")
    assert wrong.status_code == 422
    assert "Nobody whom you may see" in wrong.text
    assert "Ask @[x]" in wrong.text


async def test_all_notes_are_paged_and_searched_on_a_page_of_their_own(
    root: Browser, notes: str
) -> None:
    for number in range(21):
        await root.post(notes, json={"body": f"Number {number}."})
    page = await _page(root, notes, "/notes")
    assert "Number 20." in page
    assert "Number 0." not in page
    assert "Show older notes" in page
    found = await _page(root, notes, "/notes?search=numb+0")
    assert "Number 0." in found
    assert "Number 20." not in found


async def test_the_timeline_is_one_stream_over_rest_and_on_the_page(
    root: Browser, notes: str
) -> None:
    """XC-03: filtered by kind and paged, and the page says the same."""
    await root.post(notes, json={"body": "Said **aloud**."})
    timeline = notes.removesuffix("/notes") + "/timeline"
    told = (await root.get(timeline, params={"titles": "true"})).json()
    assert [each["kind"] for each in told["items"]] == ["note", "change"]
    assert told["items"][0]["note"]["body"] == "Said **aloud**."
    first = (await root.get(timeline, params={"page_size": "1"})).json()
    rest = {"page_token": first["page"]["next_page_token"]}
    assert [each["kind"] for each in (await root.get(timeline, params=rest)).json()["items"]] == [
        "change"
    ]
    only = (await root.get(timeline, params={"kinds": "change"})).json()
    assert [each["change"]["what"] for each in only["items"]] == ["created"]
    wrong = await root.get(timeline, params={"kinds": "gossip"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["kinds"])
    page = await _page(root, notes, "/timeline")
    assert "Said <strong>aloud</strong>." in page
    assert "created this" in page
    assert "created this" not in await _page(root, notes, "/timeline?tells=note")
