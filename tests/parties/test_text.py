"""C1, C2, C3: text is found, sorted and unique whatever its case, accents and Unicode form."""

import pytest
from crm.v1 import standard_pb2
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import asyncpg

from kit.errors import Conflict
from kit.ids import uuid7
from kit.query import Order
from services.parties.model.accounts import Account
from tests.parties.desk import Desk

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types


def word() -> str:
    """A word that no other test has used, in letters."""
    return "".join(chr(ord("g") + int(digit, 16)) for digit in uuid7().hex[-12:])


async def names(desk: Desk, **asked: object) -> list[str]:
    found = await desk.accounts.List(standard_pb2.ListRequest(**asked))  # type: ignore[arg-type]  # the words by name
    return [each.name for each in found.items]


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("Röder", "roder"),
        ("Roder", "RÖDER"),
        ("Ariniș", "Arinis"),
        ("Café", "cafe\u0301"),
        ("Straßenbau", "STRASSENBAU"),
        ("Łódź", "lodz"),
    ],
)
async def test_a_search_and_a_filter_find_what_is_written_otherwise(
    desk: Desk, name: str, sought: str
) -> None:
    """C1"""
    mark = word()
    written = f"{name} {mark}"
    await desk.account(name=written)
    assert await names(desk, search=f"{sought} {mark}") == [written]
    assert await names(desk, filter=f'name = "{sought} {mark}"') == [written]
    assert await names(desk, filter=f'name:"{sought}" {mark}') == [written]


async def test_lists_are_in_the_order_of_folded_names_page_by_page(desk: Desk) -> None:
    """C2: “f” stands before “p”, so that Äpfel, read as apfel, stands before apple."""
    mark = word()
    expected = ["Äpfel", "apple", "Banana", "eBay", "Zebra"]
    for name in ("Zebra", "Banana", "eBay", "Äpfel", "apple"):
        await desk.account(name=name, description=mark)
    mine = f'description = "{mark}"'
    assert await names(desk, filter=mine, order_by="name") == expected
    assert await names(desk, filter=mine, order_by="name desc") == expected[::-1]
    assert await names(desk, filter=f'{mine} name < "b"', order_by="name") == expected[:2]
    assert await names(desk, filter=f'{mine} name >= "B"', order_by="name") == expected[2:]
    assert await paged(desk, mine) == expected


async def paged(desk: Desk, mine: str) -> list[str]:
    """All names in their order, two at a time."""
    read: list[str] = []
    token = ""
    while True:
        asked = standard_pb2.ListRequest(
            filter=mine, order_by="name", page_size=2, page_token=token
        )
        page = await desk.accounts.List(asked)
        read += [each.name for each in page.items]
        token = page.page.next_page_token
        if not token:
            return read


async def test_names_are_walked_in_an_index(desk: Desk) -> None:
    """C2: a list by name sorts nothing."""
    order = Order.parse("name", Account.fields)
    after = order.after(["Äpfel", uuid7()])
    query = select(Account.id).where(after).order_by(*order.clauses()).limit(50)
    asked = query.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    async with desk.serving.process.database.engine.connect() as connection:
        await connection.execute(text("set local enable_seqscan = off"))
        plan = "\n".join((await connection.exec_driver_sql(f"explain {asked}")).scalars())
    assert "ix_account_title" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(("one", "other"), [("ab", "AB"), ("é", "e"), ("ß", "ss")])
async def test_codes_that_differ_by_case_or_accents_are_one(
    desk: Desk, one: str, other: str
) -> None:
    """C3"""
    mark = word()
    await desk.account(code=f"{one}{mark}")
    with pytest.raises(Conflict) as refused:
        await desk.account(code=f"{other}{mark}")
    assert set(refused.value.fields) == {"code"}
