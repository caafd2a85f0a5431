"""Mappings of columns that people keep: offered for the next file like it, shared, and never wider."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.gateway.browsers import Browser
from tests.gateway.test_modules_out_of_sight import PASSWORD, somebody
from tests.gateway.test_taking_in_files import ended

MAPPINGS = "/api/v1/import-mappings"
PRODUCT = "sales.Product"


async def uploaded(browser: Browser, lines: str, entity: str = PRODUCT) -> str:
    """The address of the page about the columns of a file."""
    file = {"file": ("goods.csv", lines.encode(), "text/csv")}
    answer = await browser.post("/imports/new", data={"entity": entity}, files=file)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def said(page: str) -> dict[str, str]:
    """What the form says as it stands."""
    form = page[page.index('action="/imports/map') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    chosen = {
        name: (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
        for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form)
    }
    fields = {name: unescape(text) for name, text in [*hidden, *chosen.items()] if name != "keep"}
    return {name: text for name, text in fields.items() if name not in ("csrf_token", "other")}


def mapping_of(address: str) -> str:
    [mapping_id] = parse_qs(urlsplit(address).query)["mapping"]
    return mapping_id


async def kept(browser: Browser, name: str, **more: Any) -> dict[str, Any]:
    columns = [
        {"column": f"{name} what", "becomes": "name"},
        {"column": f"{name} how much", "becomes": "price", "form": "1.234,56"},
        {"column": f"{name} note"},
    ]
    given = [{"field": "currency", "value": "EUR"}]
    body = {"name": name, "entity_name": PRODUCT, "columns": columns, "given": given}
    made = await browser.post(MAPPINGS, json={**body, "match": "name", "on_match": "fill", **more})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def file_of(name: str) -> str:
    """With the columns of `kept`, in another order."""
    return f"{name} note;{name} how much;{name.upper()} WHAT\nx;1.250,00;{name} A\n"


async def test_what_was_said_is_kept_and_offered_for_the_next_file(
    root: Browser, name: str
) -> None:
    """XC-15: by the page alone, whatever the order of the columns, with all that was said."""
    address = await uploaded(root, f"{name} what;{name} how much;{name} note\n{name};1,5;x\n")
    form = said((await root.get(address)).text) | {
        f"column:{name} what": "name",
        f"column:{name} how much": "price",
        f"form:{name} how much": "1.234,56",
        "constants": "currency = EUR",
        "values": "price:free = 0",
        "match": "name",
        "on_match": "skip",
        "empty_words": "nil",
    }
    nameless = await root.post("/imports/mappings/keep", data=form)
    assert nameless.status_code == 422
    assert "currency = EUR" in nameless.text
    headings = [f"{name} what", f"{name} how much", f"{name} note"]
    form |= {"mapping_name": f"{name} list", "heading": headings}
    answer = await root.post("/imports/mappings/keep", data=form)
    assert answer.status_code == 303, answer.text
    again = await root.post("/imports/mappings/keep", data=form)
    assert mapping_of(again.headers["location"]) == mapping_of(answer.headers["location"])
    page = unescape((await root.get(await uploaded(root, file_of(name)))).text)
    assert f"as they are kept in “{name} list”" in page
    offered = said(page)
    assert offered[f"column:{name.upper()} WHAT"] == "name"
    assert offered[f"column:{name} how much"] == "price"
    assert offered[f"form:{name} how much"] == "1.234,56"
    assert offered[f"column:{name} note"] == ""
    assert (offered["match"], offered["on_match"]) == ("", "skip")
    for words in ("currency = EUR", "price:free = 0", 'value="nil"'):
        assert words in page
    other = await uploaded(root, f"{name} what;{name} more\nx;y\n")
    assert "as they are kept in" not in (await root.get(other)).text


async def test_a_file_is_taken_in_as_it_was_kept(root: Browser, name: str) -> None:
    """XC-15"""
    await kept(root, name)
    page = (await root.get(await uploaded(root, file_of(name)))).text
    form = said(page) | {"constants": "currency = EUR", "match": "name"}
    begun = await root.post("/imports/map", data=form)
    assert begun.status_code == 303, begun.text
    report = f"/api/v1{begun.headers['location'].partition('?')[0]}"
    done = await ended(root, report)
    assert (done["created"], done.get("rejected", 0)) == (1, 0)
    found = await root.get("/api/v1/products", params={"filter": f'name = "{name} A"'})
    assert [each["price"] for each in found.json()["items"]] == ["1250.00"]


async def test_it_is_renamed_changed_and_deleted(root: Browser, name: str) -> None:
    mapping = await kept(root, name)
    path = f"{MAPPINGS}/{mapping['id']}"
    changed = await root.patch(path, json={"name": f"{name} anew"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    address = await uploaded(root, file_of(name))
    page = (await root.get(address)).text
    assert f"{name} anew" in page
    form = said(page) | {"keep": mapping["id"], "match": "", "heading": [f"{name} what"]}
    form |= {f"column:{name} what": "name"}
    stale = await root.post("/imports/mappings/keep", data={**form, "version": "1"})
    assert stale.status_code == 409
    answer = await root.post("/imports/mappings/keep", data=form)
    assert answer.status_code == 303, answer.text
    now = (await root.get(path)).json()
    assert (now["name"], len(now["columns"]), now.get("match")) == (f"{name} anew", 1, None)
    assert (await root.delete(path, headers={"If-Match": f'"{now["version"]}"'})).is_success
    gone = await uploaded(root, f"{name} what\nx\n")
    assert f"{name} anew" not in (await root.get(gone)).text


async def test_it_is_private_until_it_is_shared_and_gives_no_field(
    root: Browser, stranger: Browser, name: str
) -> None:
    """ID-07, ID-12: whoever may not fill a field is told of it, and keeps all the rest."""
    hidden = [{"entity": PRODUCT, "field": "price", "access": "hidden"}]
    actions = dict.fromkeys(("view", "create", "edit"), True)
    lines = [{"entity": line, **actions} for line in ("*", "configuration")]
    person = await somebody(root, field_access=hidden, permissions=lines)
    await stranger.sign_in(person["email"], PASSWORD)
    mapping = await kept(root, name, match="name+price")
    address = await uploaded(stranger, file_of(name))
    before = (await stranger.get(address)).text
    assert "as they are kept" not in before
    assert mapping["id"] not in before
    chosen = {**said(before), "other": mapping["id"]}
    taken = await stranger.post("/imports/mappings/use", data=chosen)
    assert "as they are kept" not in (await stranger.get(taken.headers["location"])).text
    share = {"principal_kind": "person", "principal_id": person["id"], "level": "read"}
    assert (await root.post(f"{MAPPINGS}/{mapping['id']}/shares", json=share)).is_success
    page = unescape((await stranger.get(address)).text)
    assert "not yours to fill: price, name+price." in page
    offered = said(page)
    assert offered[f"column:{name.upper()} WHAT"] == "name"
    assert offered[f"column:{name} how much"] == ""
    assert offered["match"] == ""
    assert "currency = EUR" in page


async def test_what_cannot_be_kept_is_named(root: Browser, name: str) -> None:
    column = {"column": "A", "becomes": "name"}
    body = {"name": name, "entity_name": PRODUCT}
    for wrong, field in (
        ({"columns": [column, column]}, "columns"),
        ({"columns": []}, "columns"),
        ({"columns": [{"column": "A" * 180_000}]}, "columns"),
        ({"columns": [column], "on_match": "burn"}, "on_match"),
        ({"columns": [column], "entity_name": "no entity"}, "entity_name"),
    ):
        answer = await root.post(MAPPINGS, json={**body, **wrong})
        assert answer.status_code == 422, answer.text
        assert field in answer.text
