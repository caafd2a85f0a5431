"""PA-21: an administrator adds a field in the browser, and it is at once on every page and in the API."""

import re
from html import unescape
from typing import Any

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser
from tests.gateway.test_records import PRODUCTS, problem

FIELDS = "/api/v1/custom-fields"


async def added(root: Browser, **said: Any) -> dict[str, Any]:
    key = f"k{uuid7().hex}"
    body = {"entity_name": "sales.Product", "key": key, "caption": f"Label {key}", "kind": "text"}
    made = await root.post(FIELDS, json=body | said)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_values_travel_as_json_has_them(root: Browser, name: str) -> None:
    """PA-21: a whole number is a number, and yes is true."""
    seats, vip, day, words, fee = [
        (await added(root, kind=kind))["key"]
        for kind in ("integer", "boolean", "date", "words", "money")
    ]
    told = {seats: 12, vip: True, day: "2026-03-04", words: ["a, b", "c"]}
    told |= {fee: "12.50", f"{fee}_currency": "EUR"}
    made = await root.post(PRODUCTS, json={"name": name, "custom": told})
    assert made.status_code == 201, made.text
    path = f"{PRODUCTS}/{made.json()['id']}"
    assert told.items() <= made.json()["custom"].items()
    again = await root.patch(path, json={"custom": {seats: None, vip: False}})
    assert seats not in again.json()["custom"]
    assert again.json()["custom"][vip] is False
    wrong = problem(await root.patch(path, json={"custom": {seats: "many"}}), 422)
    assert set(wrong["errors"]) == {f"custom.{seats}"}


async def test_a_field_is_in_form_record_list_filter_and_sort(root: Browser, name: str) -> None:
    """PA-21, XC-19: by what is described alone."""
    kept = await added(root, kind="integer", section="Sizes", listed=True, help="How many.")
    field, label = f"custom.{kept['key']}", kept["caption"]
    form = (await root.get("/products/new")).text
    assert f'name="{field}"' in form
    assert "Sizes" in form
    assert "How many." in form
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    data = {"name": name, field: "12", "csrf_token": token[1] if token else ""}
    posted = await root.post("/products", data=data)
    assert posted.status_code == 303, posted.text
    page = (await root.get(posted.headers["location"].split("?")[0])).text
    assert label in page
    listed = (
        await root.get("/products", params={"filter": f"{field} = 12", "columns": ["name", field]})
    ).text
    assert name in listed
    assert label in listed
    assert f'value="{field}"' in listed


async def test_words_and_amounts_are_filled_in_and_read(root: Browser, name: str) -> None:
    """PA-21: words with commas between them, an amount with its currency."""
    words, fee = [await added(root, kind=kind, listed=True) for kind in ("words", "money")]
    one, two = (f"custom.{each['key']}" for each in (words, fee))
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await root.get("/products/new")).text)
    data = {"name": name, one: "crane, <b>lift", two: "1,234.50", f"{two}_currency": "EUR"}
    posted = await root.post("/products", data=data | {"csrf_token": token[1] if token else ""})
    assert posted.status_code == 303, posted.text
    page = (await root.get(posted.headers["location"].split("?")[0])).text
    asked = {"filter": f"{one}:crane", "columns": ["name", one, two], "order_by": two}
    for text in (page, (await root.get("/products", params=asked)).text):
        assert "&lt;b&gt;lift" in text
        assert "€1,234.50" in text


async def test_a_word_that_holds_a_comma_stays_one_in_a_form(root: Browser, name: str) -> None:
    """PA-21: whoever saves what he did not touch changes nothing."""
    key = (await added(root, kind="words"))["key"]
    told = ["Crane, mobile", '"lift"', 'rack 19"']
    made = (await root.post(PRODUCTS, json={"name": name, "custom": {key: told}})).json()
    form = (await root.get(f"/products/{made['id']}/edit")).text
    found = re.search(rf'name="custom.{key}"[^>]* value="([^"]*)"', form)
    assert found is not None
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    data = {"name": f"{name} two", f"custom.{key}": unescape(found[1])}
    data["csrf_token"] = token[1] if token else ""
    assert (await root.post(f"/products/{made['id']}", data=data)).status_code == 303
    read = (await root.get(f"{PRODUCTS}/{made['id']}")).json()
    assert (read["name"], read["custom"][key]) == (f"{name} two", told)


async def test_a_wrong_value_stands_beside_its_field(root: Browser, name: str) -> None:
    """PA-21"""
    kept = await added(root, kind="integer", required=True)
    field = f"custom.{kept['key']}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await root.get("/products/new")).text)
    data = {"name": name, field: "many", "csrf_token": token[1] if token else ""}
    page = await root.post("/products", data=data)
    assert page.status_code == 422
    assert f'id="e-{field}"' in page.text
    assert "Write a whole number" in page.text
    await root.patch(f"{FIELDS}/{kept['id']}", json={"required": False})


async def test_html_in_labels_and_values_is_text(root: Browser, name: str) -> None:
    """PA-21"""
    kept = await added(root, caption="<script>x</script>", listed=True)
    body = {"name": name, "custom": {kept["key"]: "<img src=x>"}}
    made = (await root.post(PRODUCTS, json=body)).json()
    for page in (f"/products/{made['id']}", "/products/new", "/products", "/custom-fields"):
        text = (await root.get(page)).text
        assert "<script>x" not in text
        assert "<img src=x>" not in text


@pytest.mark.parametrize("language", ["en", "ro"])
async def test_a_field_is_called_as_the_reader_says(root: Browser, language: str) -> None:
    """PA-21"""
    kept = await added(root, caption="Segment of <b>", caption_ro=f"Segmentul {uuid7().hex}")
    me = (await root.get("/api/v1/me")).json()
    before = me.get("locale") or "en"
    assert (await root.patch("/api/v1/me", json={"locale": language})).status_code == 200
    page = (await root.get("/products/new")).text
    assert (kept["caption_ro"] in page) == (language == "ro")
    await root.patch("/api/v1/me", json={"locale": before})


async def test_the_manual_tells_a_caller_of_the_fields_that_he_sees(
    root: Browser, stranger: Browser
) -> None:
    """PA-21, ID-12: a stranger learns of none."""
    kept = await added(root, kind="integer", help="How many seats.")
    told = (await root.get("/api/openapi.json")).json()["components"]["schemas"]["sales.Product"]
    custom = told["properties"]["custom"]["properties"][kept["key"]]
    assert custom["type"] == ["integer", "null"]
    assert (custom["title"], custom["description"]) == (kept["caption"], "How many seats.")
    assert kept["key"] not in (await stranger.get("/api/openapi.json")).text
