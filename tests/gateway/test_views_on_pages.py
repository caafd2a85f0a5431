"""Saved views on the pages: tabs with an address, kept, shared, chosen as default, and never wider."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kit.ids import uuid7
from tests.gateway.browsers import Browser
from tests.gateway.test_modules_out_of_sight import somebody

VIEWS = "/api/v1/saved-views"
PASSWORD = "soft yellow lamps 3"


@pytest.fixture
async def cleo(root: Browser, stranger: Browser, colleague: dict[str, Any]) -> Browser:
    """Somebody with an ordinary profile, signed in."""
    await stranger.sign_in(colleague["email"], PASSWORD)
    return stranger


async def kept(browser: Browser, **said: Any) -> dict[str, Any]:
    body = {"name": f"View {uuid7()}", "entity_name": "sales.Product", **said}
    made = await browser.post(VIEWS, json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def three_products(root: Browser, name: str) -> None:
    for number, currency in ((1, "EUR"), (2, "EUR"), (3, "USD")):
        body = {"name": f"{name} {number}", "price": f"{number}", "currency": currency}
        made = await root.post("/api/v1/products", json=body)
        assert made.status_code == 201, made.text


def texts(page: str, pattern: str) -> list[str]:
    found = re.findall(pattern, page, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", each)).split()) for each in found]


def heads(page: str) -> list[str]:
    return texts(page, r'<th scope="col".*?</th>')


def rows(page: str) -> list[str]:
    return texts(page, r'<th scope="row">.*?</th>')


async def opened(browser: Browser, view: dict[str, Any], **more: str) -> str:
    answer = await browser.get("/products", params={"view": view["id"], **more})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_list_is_saved_and_opens_by_its_address(root: Browser, name: str) -> None:
    """With filter, columns, and order; the tab is a link that can be sent."""
    await three_products(root, name)
    form = {
        "name": f"{name} view",
        "filter": f'name:"{name}"',
        "order_by": "price desc, name",
        "columns": ["price", "name"],
    }
    form["idempotency_key"] = str(uuid7())
    answer = await root.post("/products/views", data=form)
    assert answer.status_code == 303, answer.text
    again = await root.post("/products/views", data=form)
    assert again.headers["location"] == answer.headers["location"]
    address = answer.headers["location"]
    page = (await root.get(address)).text
    assert heads(page) == ["Price", "Name"]
    assert len(re.findall(r'<th scope="row">', page)) == 3
    found = re.findall(r'class="row-link" href="/products/[^"]*">([^<]*)<', page)
    assert [re.sub(r"\D", "", each) for each in found] == ["3", "2", "1"]
    assert f">{name} view</a>" in page
    assert ">Edited<" not in page


async def test_what_is_changed_is_marked_saved_or_reset(root: Browser, name: str) -> None:
    await three_products(root, name)
    view = await kept(root, filter=f'name:"{name}"', columns=["name", "price"])
    edited = {"view": view["id"], "edited": "1", "filter": f'name:"{name}"', "columns": "name"}
    page = (await root.get("/products", params=edited)).text
    assert ">Edited<" in page
    assert f'href="/products?view={view["id"]}"' in page
    form = {"version": str(view["version"]), "filter": edited["filter"], "columns": ["name"]}
    saved = await root.post(f"/products/views/{view['id']}", data=form)
    assert saved.status_code == 303, saved.text
    page = await opened(root, view)
    assert (heads(page), ">Edited<" in page) == (["Name"], False)
    again = await root.post(f"/products/views/{view['id']}", data={**form, "version": "1"})
    assert again.status_code == 409, again.text


async def test_the_tools_of_a_list_change_its_address_and_not_its_view(
    root: Browser, name: str
) -> None:
    """A condition, an order of several fields, and columns moved without JavaScript."""
    view = await kept(root, filter=f'name:"{name}"', columns=["name", "price", "currency"])
    base = {"view": view["id"], "edited": "1", "filter": f'name:"{name}"'}
    sorted_by = {**base, "sort": ["currency", "price", ""], "direction": ["", "desc", ""]}
    moved = {**base, "columns": ["name", "price", "currency"], "up": "currency"}
    chosen = {**base, "field": "price", "is": "over", "value": "5"}
    for tool, asked, said in (
        ("sort", sorted_by, {"order_by": ["currency, price desc"]}),
        ("columns", moved, {"columns": ["name", "currency", "price"]}),
        ("filter", chosen, {"filter": [f'name:"{name}" AND price >= "5"']}),
    ):
        answer = await root.get(f"/products/{tool}", params=asked)
        assert answer.status_code == 303, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert {key: query[key] for key in said} == said
        assert (query["view"], query["edited"]) == ([view["id"]], ["1"])
    assert (await root.get(f"{VIEWS}/{view['id']}")).json()["version"] == 1


async def test_another_persons_view_is_nowhere(root: Browser, cleo: Browser, name: str) -> None:
    """ID-07: neither tab nor address, read or written, until it is shared."""
    await three_products(root, name)
    view = await kept(root, name=f"{name} view", filter=f'name:"{name}"')
    at = f"/products/views/{view['id']}"
    for method, path in (
        ("GET", f"/products?view={view['id']}"),
        ("GET", f"/products?view={view['id']}&edited=1"),
        ("GET", f"/products/board?view={view['id']}"),
        ("GET", f"{VIEWS}/{view['id']}"),
        ("POST", at),
        ("POST", f"{at}/default"),
        ("POST", f"{at}/delete"),
    ):
        answer = await cleo.send(method, path)
        assert (answer.status_code, view["name"] in answer.text) == (404, False), path
    assert view["name"] not in (await cleo.get("/products")).text
    me = (await cleo.get("/api/v1/me")).json()["id"]
    share = {"principal_kind": "person", "principal_id": me, "level": "read"}
    await root.post(f"{VIEWS}/{view['id']}/shares", json=share)
    assert view["name"] in await opened(cleo, view)
    assert (await cleo.post(at, data={"filter": ""})).status_code == 403


async def test_a_view_of_another_entity_has_no_address_here(root: Browser) -> None:
    view = await kept(root, entity_name="sales.Opportunity")
    assert (await root.get("/products", params={"view": view["id"]})).status_code == 404


async def test_a_list_opens_with_the_persons_default(root: Browser, cleo: Browser) -> None:
    """And falls back to all records when the view is deleted or no longer shared."""
    mine = await kept(cleo)
    theirs = await kept(root)
    share = {"principal_kind": "role_and_below", "principal_id": await _top(root), "level": "read"}
    await root.post(f"{VIEWS}/{theirs['id']}/shares", json=share)
    for view in (mine, mine):
        chosen = await cleo.post(f"/products/views/{view['id']}/default")
        assert chosen.status_code == 303, chosen.text
        answer = await cleo.get("/products", params={"notice": "Done."})
        assert answer.headers["location"] == f"/products?view={view['id']}&notice=Done."
    assert (await cleo.get("/products?view=all")).status_code == 200
    assert (await root.get("/products")).status_code == 200
    assert (await cleo.post(f"/products/views/{mine['id']}/delete")).status_code == 303
    assert (await cleo.get("/products")).status_code == 200
    another = await kept(cleo)
    assert (await cleo.post(f"/products/views/{another['id']}/default")).status_code == 303
    assert (await cleo.get("/products")).status_code == 303
    assert (await cleo.post(f"/products/views/{another['id']}/default/remove")).status_code == 303
    assert (await cleo.get("/products")).status_code == 200


async def _top(root: Browser) -> str:
    query = {"filter": 'name = "Company"'}
    [found] = (await root.get("/api/v1/roles", params=query)).json()["items"]
    role: str = found["id"]
    return role


async def test_what_does_not_apply_is_said_and_widens_nothing(root: Browser, name: str) -> None:
    """Columns, order and groups are left out by name; a condition leaves no row."""
    await three_products(root, name)
    view = await kept(
        root,
        filter=f'name:"{name}"',
        columns=["name", "colour"],
        order_by="weight desc, name",
        group_by="smell",
        shape="board",
    )
    page = await opened(root, view)
    told = texts(page, r'<p class="view-note">.*?</p>')
    assert told == [
        "Left out, because it is not there or not visible to you: colour, smell, weight, board."
    ]
    assert (heads(page), len(rows(page))) == (["Name"], 3)
    narrow = await kept(root, filter=f'name:"{name}" AND colour = "red"')
    page = await opened(root, narrow)
    assert rows(page) == []
    assert "There is no field “colour”" in unescape(page)


async def test_a_view_shows_no_field_that_its_reader_may_not_see(
    root: Browser, stranger: Browser, name: str
) -> None:
    """ID-11: not as a column, an order, a group, a total, or a condition that rows answer."""
    await three_products(root, name)
    hidden = [{"entity": "sales.Product", "field": "price", "access": "hidden"}]
    person = await somebody(root, field_access=hidden)
    await stranger.sign_in(person["email"], PASSWORD)
    by_price = {"columns": ["name", "price"], "order_by": "price desc"}
    shown = await kept(root, filter=f'name:"{name}"', **by_price)
    guess = await kept(root, filter=f'name:"{name}" AND price > 2')
    for view in (shown, guess):
        share = {"principal_kind": "person", "principal_id": person["id"], "level": "read"}
        await root.post(f"{VIEWS}/{view['id']}/shares", json=share)
    page = await opened(stranger, shown)
    assert (heads(page), len(rows(page)), "€" in page) == (["Name"], 3, False)
    assert "not visible to you: price." in page
    assert rows(await opened(stranger, guess)) == []


async def test_groups_have_counts_and_totals_of_one_currency_each(root: Browser, name: str) -> None:
    await three_products(root, name)
    families = {"filter": f'name:"{name}"', "group_by": "active", "columns": ["name", "price"]}
    page = (await root.get("/products", params=families)).text
    assert texts(page, r'<tr class="group-head">.*?</tr>') == ["Yes 3 €3 US$3"]


async def test_markup_in_a_name_is_text_on_every_page(root: Browser) -> None:
    mark = f"<img src=x onerror=alert(1)> {uuid7()}"
    view = await kept(root, name=mark, description=mark, columns=["name"])
    for path in ("/products", f"/products?view={view['id']}", f"/saved-views/{view['id']}"):
        page = (await root.get(path)).text
        assert "<img src=x" not in page
        assert mark in unescape(page)


async def test_a_calendar_has_each_record_on_its_day(root: Browser, name: str) -> None:
    await root.post("/api/v1/products", json={"name": name})
    asked = {"filter": f'name:"{name}"', "shape": "calendar", "group_by": "created_at"}
    page = (await root.get("/products", params=asked)).text
    [day] = [each for each in re.findall(r"<li class.*?</li>", page, re.DOTALL) if name in each]
    assert "today" in day
    before = (await root.get("/products", params={**asked, "month": "2001-02"})).text
    assert "Nothing in this month" in before
    assert "February 2001" in before


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "0000-00", "2026-13", "x" * 5000, "-"])
async def test_a_calendar_takes_any_month(root: Browser, month: str) -> None:
    asked = {"shape": "calendar", "group_by": "created_at", "month": month}
    assert (await root.get("/products", params=asked)).status_code == 200
