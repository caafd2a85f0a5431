"""Files over REST, line by line accounted for."""

import asyncio
import csv
import io
from typing import Any

import orjson

from tests.gateway.browsers import Browser

IMPORTS = "/api/v1/imports"


async def brought_in(browser: Browser, plan: dict[str, Any], data: str) -> dict[str, Any]:
    """Starts an import and follows it to its end."""
    parts = {"plan": (None, orjson.dumps(plan)), "file": ("products.csv", data, "text/csv")}
    begun = await browser.post(IMPORTS, files=parts)
    assert begun.status_code == 202, begun.text
    assert begun.headers["location"] == f"{IMPORTS}/{begun.json()['id']}"
    return await ended(browser, begun.headers["location"])


async def ended(browser: Browser, path: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = (await browser.get(path)).json()
            if found["state"] in ("done", "failed"):
                return found


def plan(**more: Any) -> dict[str, Any]:
    columns = {"Name": "name", "Price": "price", "Currency": "currency"}
    return {"entity": "sales.Product", "columns": columns, "match": "name", **more}


async def test_a_file_is_taken_in_and_reported(root: Browser, name: str) -> None:
    lines = f"Name,Price,Currency\n{name} A,1,EUR\n{name} B,dear,EUR\n"
    done = await brought_in(root, plan(), lines)
    assert done["id"].startswith("sales.")
    assert (done["created"], done["rejected"], done["file_name"]) == (1, 1, "products.csv")
    page = (await root.get(f"{IMPORTS}/{done['id']}/lines?state=rejected")).json()
    [line] = page["items"]
    assert "price" in line["reasons"]
    report = await root.get(f"{IMPORTS}/{done['id']}/lines.csv")
    assert report.headers["content-type"].startswith("text/csv")
    assert report.headers["cache-control"] == "no-store"
    assert f"{name} B,dear,EUR" in report.text


async def test_a_report_opens_in_a_spreadsheet_without_running_anything(root: Browser) -> None:
    done = await brought_in(root, plan(), 'Name,Price,Currency\n"=cmd|x",dear,EUR\n=1+1,dear,EUR\n')
    report = await root.get(f"{IMPORTS}/{done['id']}/lines.csv")
    originals = [line["original"] for line in csv.DictReader(io.StringIO(report.text))]
    assert originals == ['"=cmd|x",dear,EUR', "'=1+1,dear,EUR"]


async def test_the_rejected_lines_are_taken_in_with_a_correction(root: Browser, name: str) -> None:
    lines = f"Name,Price,Currency\n{name},dear,EUR\n"
    first = await brought_in(root, plan(), lines)
    again = await root.post(f"{IMPORTS}/{first['id']}:retry", json={"values": {"price:dear": "7"}})
    assert again.status_code == 202, again.text
    done = await ended(root, f"{IMPORTS}/{again.json()['id']}")
    assert (done["created"], done["rejected"]) == (1, 0)


async def test_counts_stop_at_a_thousand(root: Browser, name: str) -> None:
    rows = "".join(f"{name} {number},1,EUR\n" for number in range(1_001))
    done = await brought_in(root, plan(), f"Name,Price,Currency\n{rows}")
    assert done["created"] == 1_001
    query = {"filter": f'name = "{name}*"', "count": "true", "page_size": "1"}
    page = (await root.get("/api/v1/products", params=query)).json()["page"]
    assert (page["total"], page["total_capped"]) == (1_000, True)


async def test_a_plan_that_makes_no_sense_is_named(root: Browser) -> None:
    file = ("a.csv", "Name\nx\n", "text/csv")
    for odd in (b"{", orjson.dumps({"entity": "sales.Unicorn"}), orjson.dumps({"entety": "x"})):
        answer = await root.post(IMPORTS, files={"plan": (None, odd), "file": file})
        assert answer.status_code == 422
        assert answer.json()["errors"]


async def test_an_import_needs_its_file(root: Browser) -> None:
    answer = await root.post(IMPORTS, files={"plan": (None, orjson.dumps(plan()))})
    assert answer.status_code == 422
    assert "file" in answer.json()["errors"]
    assert (await root.post(IMPORTS, json=plan())).status_code == 415


async def test_an_import_that_never_was_is_not_found(root: Browser) -> None:
    assert (await root.get(f"{IMPORTS}/sales.1")).status_code == 404
    assert (
        await root.get(f"{IMPORTS}/moon.0192e4a0-0000-7000-8000-000000000000")
    ).status_code == 404
