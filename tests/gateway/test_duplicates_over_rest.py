"""PA-29: duplicates over REST and on pages, by a rule that the administrator words."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser
from tests.waiting import until

DEALS, RULES = "/api/v1/opportunities", "/api/v1/duplicate-rules"


@pytest.fixture
async def rule(root: Browser) -> AsyncIterator[dict[str, Any]]:
    """Refuses a second deal of one next step."""
    said = {
        "name": "Same next step",
        "entity_name": "sales.Opportunity",
        "field_names": ["next_step"],
    }
    made = await root.post(RULES, json={**said, "action": "refuse", "weight": 90})
    assert made.status_code == 201, made.text
    yield made.json()
    await root.delete(f"{RULES}/{made.json()['id']}")


@pytest.fixture
def code() -> str:
    return f"C {uuid7().hex[-12:]}"


async def _pairs(root: Browser, **asked: str) -> list[dict[str, Any]]:
    answer = await root.get(f"{DEALS}:duplicates", params={"page_size": "100", **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def _two(root: Browser, name: str, code: str) -> tuple[str, str]:
    first = await root.post(DEALS, json={"name": name, "next_step": code})
    second = await root.post(
        f"{DEALS}?allow_duplicates=true", json={"name": f"{name} II", "next_step": code.lower()}
    )
    assert (first.status_code, second.status_code) == (201, 201), second.text
    return first.json()["id"], second.json()["id"]


async def _paired(root: Browser, ids: set[str]) -> bool:
    return any({e["first"]["id"], e["second"]["id"]} == ids for e in await _pairs(root))


async def test_a_second_one_is_409_with_its_candidates_unless_it_is_meant(
    root: Browser, rule: dict[str, Any], name: str, code: str
) -> None:
    first, second = await _two(root, name, code)
    refused = await root.post(DEALS, json={"name": "Third", "next_step": code})
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (409, "/api/docs#problem-duplicate")
    assert [each["id"] for each in problem["candidates"]] == [first, second]
    assert name in problem["detail"]
    third = await root.post(DEALS, json={"name": "Third"})
    changed = await root.patch(f"{DEALS}/{third.json()['id']}", json={"next_step": code})
    assert changed.status_code == 409, changed.text
    meant = await root.patch(
        f"{DEALS}/{third.json()['id']}?allow_duplicates=true", json={"next_step": code}
    )
    assert meant.status_code == 200, meant.text
    odd = await root.post(f"{DEALS}?allow_duplicates=perhaps", json={"name": "Fourth"})
    assert (odd.status_code, list(odd.json()["errors"])) == (422, ["allow_duplicates"])


async def test_pairs_are_listed_and_told_apart(
    root: Browser, rule: dict[str, Any], name: str, code: str
) -> None:
    first, second = await _two(root, name, code)
    await until(lambda: _paired(root, {first, second}), "the pair is found")
    told = await root.post(f"{DEALS}/{second}:tell-apart", json={"other_id": first})
    assert told.status_code == 200, told.text
    assert not await _paired(root, {first, second})
    apart = [each for each in await _pairs(root, apart="true") if each["first"]["id"] == first]
    assert apart[0]["apart_by"]
    unknown = await root.post(f"{DEALS}/{second}:tell-apart", json={"other_id": str(uuid7())})
    assert unknown.status_code == 404


async def test_a_draft_is_matched_by_what_it_says(
    root: Browser, rule: dict[str, Any], name: str, code: str
) -> None:
    first, second = await _two(root, name, code)
    found = await root.post(f"{DEALS}:match", json={"next_step": f" {code} "})
    assert [each["id"] for each in found.json()["items"]] == [first, second]
    assert found.json()["items"][0]["refused"] is True
    itself = await root.post(f"{DEALS}:match", json={"id": first, "next_step": code})
    assert [each["id"] for each in itself.json()["items"]] == [second]
    assert (await root.post(f"{DEALS}:match", json={"no_field": "x"})).status_code == 422


async def test_the_form_tells_who_it_might_be_and_saves_what_is_meant(
    root: Browser, rule: dict[str, Any], name: str, code: str
) -> None:
    """PA-29: while one types, and beside what was refused."""
    named = f"{name} <b>&"
    made = await root.post(DEALS, json={"name": named, "next_step": code})
    form = {"csrf_token": root.csrf, "name": "Another", "next_step": code, "probability": "many"}
    typed = await root.http.post("/opportunities/match", data=form)
    assert f"/opportunities/{made.json()['id']}" in typed.text
    assert "&lt;b&gt;" in typed.text
    assert "<html" not in typed.text
    form |= {"probability": ""}
    refused = await root.http.post("/opportunities", data=form)
    assert refused.status_code == 422
    assert 'name="allow_duplicates"' in refused.text
    assert "&lt;b&gt;" in refused.text
    saved = await root.http.post("/opportunities", data={**form, "allow_duplicates": "1"})
    assert saved.status_code == 303, saved.text


async def test_the_page_shows_pairs_and_remembers_what_is_said_of_them(
    root: Browser, rule: dict[str, Any], name: str, code: str
) -> None:
    first, second = await _two(root, name, code)
    await until(lambda: _paired(root, {first, second}), "the pair is found")
    page = (await root.get("/opportunities/duplicates")).text
    assert name in page
    assert "Same next step" in page
    form = {"csrf_token": root.csrf, "first": first, "second": second}
    assert (await root.http.post("/opportunities/duplicates", data=form)).status_code == 303
    assert first not in (await root.get("/opportunities/duplicates")).text
    assert first in (await root.get("/opportunities/duplicates?apart=1")).text
    back = await root.http.post("/opportunities/duplicates", data={**form, "apart": "0"})
    assert back.status_code == 303
    assert first in (await root.get("/opportunities/duplicates")).text
    assert (await root.get("/saved-views/duplicates")).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"entity_name": "sales.Nothing"}, "entity_name"),
        ({"entity_name": "identity.Person"}, "entity_name"),
        ({"field_names": []}, "field_names"),
        ({"field_names": ["nothing"]}, "field_names"),
        ({"field_names": ["description"]}, "field_names"),
        ({"field_names": ["lines"]}, "field_names"),
        ({"field_names": ["lines.nothing"]}, "field_names"),
        ({"field_names": ["custom.<b>"]}, "field_names"),
        ({"field_names": [str(number) for number in range(7)]}, "field_names"),
        ({"weight": -1}, "weight"),
        ({"weight": 101}, "weight"),
        ({"action": "forbid"}, "action"),
        ({"name": "x" * 180_000}, "name"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_told_by_its_field(
    root: Browser, said: dict[str, Any], field: str
) -> None:
    rule = {"name": "Odd", "entity_name": "sales.Opportunity", "field_names": ["next_step"]}
    answer = await root.post(RULES, json={**rule, **said})
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["errors"]) == [field]
