"""What each form of a file says of the same rows: workbooks, JSON lines, values and words."""

import asyncio
from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import msgspec
import pytest

from kit.actor import Actor
from kit.errors import Refused
from kit.testing.serving import Serving
from tests.kit.exporting.taking import logged, sheet, table, taken, unique
from tests.kit.toy.contract import pb as toys_pb


async def test_a_workbook_has_days_and_numbers_and_no_amount_that_was_rounded(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    word = unique("w")
    await shop.Create(
        toys_pb.Toy(name=word, price="9.95", weight="123456789.123", due="2026-01-02",
                    sold_at="2026-01-02T12:00:00Z", ready=True, pieces=7)
    )  # fmt: skip
    big = f"{word}big"
    await shop.Create(toys_pb.Toy(name=big, price="12345678901234.56", due="1666-09-02"))
    fields = ["name", "price", "pieces", "due", "sold_at", "ready", "weight"]
    file = await taken(
        toys, ana, search=word, order_by="name", fields=fields, format="xlsx", choices="labels"
    )
    heading, first, second = sheet(file)
    assert [heading[place][1] for place in "ABCD"] == ["id", "name", "price", "currency"]
    day = (date(2026, 1, 2) - date(1899, 12, 30)).days
    assert first["C"][:2] == ("n", "9.95")
    assert first["E"][:2] == ("n", "7")
    assert (first["F"][1], first["G"][1]) == (str(day), f"{day}.5")
    assert first["H"][:2] == ("b", "1")
    assert first["I"][1] == "123456789.123"
    assert second["C"][:2] == ("inlineStr", "12345678901234.56")
    assert second["F"][:2] == ("inlineStr", "1666-09-02")


async def test_a_workbook_goes_on_on_further_sheets_and_is_full_at_some_point(
    toys: Serving, ana: Actor, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = unique("w")
    for number in range(3):
        await shop.Create(toys_pb.Toy(name=f"{word} {number}"))
    asked: Any = {"search": word, "order_by": "name", "fields": ["name"], "format": "xlsx"}
    monkeypatch.setattr("kit.exporting.files.workbook._ROWS", 3)
    file = await taken(toys, ana, **asked)
    assert [row["B"][1] for row in sheet(file, 2)] == ["name", f"{word} 2"]
    monkeypatch.setattr("kit.exporting.files.workbook._MOST_BYTES", -1)
    with pytest.raises(Refused, match="CSV"):
        await taken(toys, ana, **asked)
    assert (await logged(toys, ana))[0].state == "failed"
    left = await asyncio.to_thread(lambda: list(Path(gettempdir()).glob("rapport-export-*")))
    assert left == []


async def test_json_lines_say_what_lists_say(toys: Serving, ana: Actor, shop: Any) -> None:
    word = unique("w")
    made = await shop.Create(toys_pb.Toy(name=word, price="1.50", tags=["a"], custom={"k": "=v"}))
    file = await taken(
        toys,
        ana,
        search=word,
        format="jsonl",
        fields=["name", "price", "tags", "custom.k", "owner_id"],
    )
    assert msgspec.json.decode(file) == {
        "id": made.id, "name": word, "price": "1.50", "currency": "EUR", "tags": ["a"],
        "custom.k": "=v", "owner_id": str(ana.person_id), "owner_id:name": "Ana",
    }  # fmt: skip
    assert await taken(toys, ana, filter='name = "none such"', format="jsonl") == b""


async def test_choices_are_values_or_the_words_that_people_read(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    made = await shop.Create(toys_pb.Toy(name="Ball", shape="round"))
    asked = {"filter": f'id = "{made.id}"', "fields": ["shape", "state"]}
    assert (await table(toys, ana, **asked))[0]["shape"] == "round"
    [row] = await table(toys, ana, **asked, choices="labels")
    assert (row["shape"], row["state"]) == ("Round", "Shelf")
