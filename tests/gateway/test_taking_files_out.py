"""Lists as files over REST: named, typed, streamed, and never looking whole when they are not."""

import csv
import io
from typing import Any

import httpx
import orjson
import pytest

from gateway.api.exports import attachment
from kit.errors import Denied
from kit.exporting.walk import Walk
from tests.gateway.browsers import Browser
from tests.gateway.test_taking_in_files import brought_in, plan

EXPORT = "/api/v1/products:export"


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def made(root: Browser, **values: Any) -> dict[str, Any]:
    answer = await root.post("/api/v1/products", json={"price": "5", "currency": "EUR", **values})
    assert answer.status_code == 201, answer.text
    product: dict[str, Any] = answer.json()
    return product


async def test_a_list_is_taken_away_as_an_attachment(root: Browser, name: str) -> None:
    """XC-15 and complaint 22: the rows behind what is seen, as CSV, XLSX and JSON lines."""
    product = await made(root, name=name)
    asked = {"filter": f'name = "{name}"', "fields": "name,price"}
    answer = await root.get(EXPORT, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="products-')
    assert "content-length" not in answer.headers
    [row] = rows(answer)
    assert row == {"id": product["id"], "name": name, "price": "5", "currency": "EUR"}
    lines = await root.get(EXPORT, params={**asked, "format": "jsonl"})
    assert orjson.loads(lines.content)["id"] == product["id"]
    book = await root.get(EXPORT, params={**asked, "format": "xlsx"})
    assert book.content.startswith(b"PK")
    assert book.headers["content-disposition"].endswith('.xlsx"')


async def test_the_menu_above_a_list_takes_what_the_list_shows(root: Browser, name: str) -> None:
    """By a form without JavaScript; labels in the place of names, and problems in a page."""
    await made(root, name=name)
    page = await root.get("/products", params={"filter": f'name = "{name}"'})
    assert 'action="/products/export"' in page.text
    asked = {"filter": f'name = "{name}"', "fields": "name,price", "headings": "labels"}
    answer = await root.get("/products/export", params={**asked, "format": "csv"})
    assert answer.content.startswith("\ufeffId,Name,".encode())
    assert answer.headers["content-disposition"].startswith("attachment;")
    wrong = await root.get("/products/export", params={"filter": "nam ="})
    assert wrong.status_code == 422
    assert wrong.headers["content-type"].startswith("text/html")


async def test_who_may_not_export_is_told_so_and_strangers_nothing(
    root: Browser, stranger: Browser, colleague: dict[str, Any]
) -> None:
    assert (await stranger.get(EXPORT)).status_code == 401
    await stranger.sign_in(colleague["email"], "soft yellow lamps 3")
    answer = await stranger.get(EXPORT)
    assert answer.status_code == 403
    assert "export products" in answer.json()["detail"]
    [described] = [
        each
        for each in (await stranger.get("/api/v1/describe")).json()["entities"]
        if each["entity"] == "sales.Product"
    ]
    assert "export" not in described["rights"]
    page = await stranger.get("/products")
    assert "/products/export" not in page.text
    assert (await stranger.get("/products/export")).status_code == 403


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"filter": "nam ="}, "filter"),
        ({"fields": "no_such"}, "fields"),
        ({"page_size": "5"}, "page_size"),
    ],
)
async def test_what_is_wrong_is_a_problem_and_no_file(
    root: Browser, asked: dict[str, str], field: str
) -> None:
    answer = await root.get(EXPORT, params=asked)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["errors"]


async def test_what_was_taken_out_is_taken_in_as_it_was(root: Browser, name: str) -> None:
    """XC-15: the file of a list makes the same records elsewhere, harmless cells as they were."""
    for text in ("=1+1", "+cmd", "'=x", 'a "quoted", b\nsecond line', "plain"):
        await made(root, name=f"{name} {text[:3]}", description=text, price="1234.5")
    asked = {"search": name, "order_by": "name", "fields": "name,description,price,currency"}
    first = await root.get(EXPORT, params=asked)
    before = rows(first)
    assert len(before) == 5
    for row in before:
        await root.delete(f"/api/v1/products/{row['id']}")
    assert rows(await root.get(EXPORT, params=asked)) == []
    columns = {each: each for each in ("name", "description", "price", "currency")}
    done = await brought_in(root, plan(columns=columns, formulas_quoted=True), first.content)
    assert (done["created"], done["rejected"]) == (5, 0)
    after = rows(await root.get(EXPORT, params=asked))
    assert [row | {"id": ""} for row in after] == [row | {"id": ""} for row in before]


async def test_the_log_names_who_took_what(
    root: Browser, stranger: Browser, colleague: dict[str, Any], name: str
) -> None:
    asked = {"filter": f'name = "{name}"', "fields": "name"}
    await root.get(EXPORT, params=asked)
    entry = (await root.get("/api/v1/products:exports")).json()["items"][0]
    assert (entry["state"], entry["filter"]) == ("done", asked["filter"])
    await stranger.sign_in(colleague["email"], "soft yellow lamps 3")
    assert (await stranger.get("/api/v1/products:exports")).json().get("items", []) == []


async def broken_off(browser: Browser, asked: dict[str, str]) -> bytes:
    """What came of a file until its connection broke off."""
    received = b""
    try:
        async with browser.http.stream("GET", EXPORT, params=asked) as answer:
            assert answer.status_code == 200
            async for piece in answer.aiter_bytes():
                received += piece
    except httpx.RemoteProtocolError:
        return received
    raise AssertionError("The file looks whole.")


async def test_a_file_that_ends_early_never_looks_whole(
    root: Browser, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a viewer may see changes in the middle: the connection breaks off, and JSON lines say why."""
    for number in range(3):
        await made(root, name=f"{name} {number}", description="long " * 3_000)
    calls = 0

    def changed(walk: Walk) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise Denied("What you may see has changed.")

    monkeypatch.setattr("kit.exporting.walk.BATCH", 1)
    monkeypatch.setattr(Walk, "_require_the_same", changed)
    asked = {"search": name, "format": "jsonl"}
    received = await broken_off(root, asked)
    *given, last = received.splitlines()
    assert len(given) == 1
    assert orjson.loads(last)["problem"]["detail"] == "What you may see has changed."
    entry = (await root.get("/api/v1/products:exports")).json()["items"][0]
    assert (entry["state"], entry["rows"]) == ("failed", 1)


def test_names_of_files_are_safe_in_a_header() -> None:
    assert attachment("a.csv") == 'attachment; filename="a.csv"'
    told = attachment('Ștefan"\r\n.csv')
    assert (
        told == "attachment; filename=\"_tefan___.csv\"; filename*=UTF-8''%C8%98tefan%22%0D%0A.csv"
    )
