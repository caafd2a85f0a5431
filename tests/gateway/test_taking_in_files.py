"""Files over REST, line by line accounted for."""

import asyncio
import csv
import io
from typing import Any

import orjson

from tests.gateway.browsers import Browser
from tests.kit.importing.sheets import workbook

IMPORTS = "/api/v1/imports"


async def brought_in(browser: Browser, plan: dict[str, Any], data: str | bytes) -> dict[str, Any]:
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


async def test_rejected_lines_come_as_a_file_that_is_taken_in_again(
    root: Browser, name: str
) -> None:
    """D10: the columns of the file with the reason before them; corrected, they go in as they are."""
    lines = f'Name;Price;Currency\n"{name} ;A";dear;EUR\n{name} B;2;EUR\n'
    first = await brought_in(root, plan(), lines)
    assert (first["created"], first["rejected"]) == (1, 1)
    report = (await root.get(f"{IMPORTS}/{first['id']}/lines.csv")).text
    [row] = csv.DictReader(io.StringIO(report), delimiter=";")
    assert list(row) == ["Rejected because", "Name", "Price", "Currency"]
    assert row["Rejected because"].startswith("price: ")
    again = await brought_in(root, plan(), report)
    assert (again["rejected"], again["ignored"]) == (1, ["Rejected because"])
    twice = (await root.get(f"{IMPORTS}/{again['id']}/lines.csv")).text
    assert twice == report
    done = await brought_in(root, plan(), report.replace("dear", "12"))
    assert done["created"] == 1
    query = {"filter": f'name = "{name} ;A"'}
    [made] = (await root.get("/api/v1/products", params=query)).json()["items"]
    assert made["price"] == "12"


async def test_for_a_spreadsheet_no_cell_runs_and_reading_it_undoes_that(
    root: Browser, name: str
) -> None:
    """D10: guarded only when asked, and undone when the file comes back."""
    lines = f"Name,Price,Currency\n=1+1 {name},dear,EUR\n'=2 {name},dear,EUR\n"
    first = await brought_in(root, plan(), lines)
    path = f"{IMPORTS}/{first['id']}/lines.csv"
    bare = list(csv.DictReader(io.StringIO((await root.get(path)).text)))
    assert [row["Name"] for row in bare] == [f"=1+1 {name}", f"'=2 {name}"]
    answer = await root.get(path, params={"for": "spreadsheet"})
    safe = answer.content.decode("utf-8-sig")
    assert [row["Name"] for row in csv.DictReader(io.StringIO(safe))] == [
        f"'=1+1 {name}",
        f"''=2 {name}",
    ]
    done = await brought_in(root, plan(), safe.replace("dear", "3"))
    assert done["created"] == 2
    query = {"filter": f'name = "=1+1 {name}"'}
    assert len((await root.get("/api/v1/products", params=query)).json()["items"]) == 1
    assert (await root.get(path, params={"for": "typewriter"})).status_code == 422


async def test_what_the_file_speaks_for_is_told_and_can_be_overridden(
    root: Browser, name: str
) -> None:
    """D2, D5, D6: encoding, forms and words for nothing, guessed, shown and said."""
    lines = f"Name;Price;Currency;Note\n{name} Köln;1.234,50;EUR;NULL\n".encode("cp1252")
    columns = plan()["columns"] | {"Note": "description"}
    trial = await brought_in(root, plan(dry_run=True, columns=columns), lines)
    assert (trial["encoding"], trial["delimiter"], trial["empty_words"]) == (
        "cp1252",
        ";",
        ["NULL"],
    )
    [guess] = trial["guesses"]
    assert (guess["column"], guess["form"], guess["certain"]) == ("Price", "1.234,56", True)
    told = {"encoding": "cp1252", "delimiter": "semicolon", "numbers": "1.234,56"}
    done = await brought_in(root, plan(columns=columns, empty_words=["null"], **told), lines)
    query = {"filter": f'name = "{name} Köln"'}
    [made] = (await root.get("/api/v1/products", params=query)).json()["items"]
    assert (done["created"], made["price"], made.get("description")) == (1, "1234.50", None)


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


async def test_a_workbook_comes_in_by_the_page_and_is_taken_back(root: Browser, name: str) -> None:
    """XC-15: chosen, its sheet and columns shown, taken in, taken back; what was touched is listed."""
    rows = [["Name", "Price", "Currency"], [f"{name} A", 1.5, "EUR"], [f"{name} B", 2, "EUR"]]
    book = workbook({"Notes": [["x"], ["y"]], "Goods": rows})
    file = {"file": ("p.xlsx", book, "application/octet-stream")}
    chosen = await root.post("/imports/new", data={"entity": "sales.Product"}, files=file)
    assert chosen.status_code == 303, chosen.text
    shown = await root.get(chosen.headers["location"])
    assert "Sheet of the workbook" in shown.text
    none = {"file": ("p.xlsx", b"PK\x03\x04", "application/octet-stream")}
    wrong = await root.post("/imports/new", data={"entity": "sales.Product"}, files=none)
    assert wrong.status_code == 422
    data = {"plan": (None, orjson.dumps(plan(sheet="Goods"))), **file}
    begun = await root.post(IMPORTS, files=data)
    assert begun.status_code == 202, begun.text
    done = await ended(root, begun.headers["location"])
    assert (done["created"], done["sheet"], done["undoable"]) == (2, "Goods", True)
    page = await root.get(f"/imports/{done['id']}")
    assert "Take it back" in page.text
    assert "sheet Goods" in page.text
    back = (await root.post(f"{IMPORTS}/{done['id']}:undo")).json()
    assert (back["changed"], back["undo_of_import"]) == (2, done["id"])
    assert f"/imports/{done['id']}" in (await root.get(f"/bulks/{back['id']}")).text
    assert "This was taken back" in (await root.get(f"/imports/{done['id']}")).text
    assert (await root.post(f"{IMPORTS}/{done['id']}:undo")).status_code == 409
