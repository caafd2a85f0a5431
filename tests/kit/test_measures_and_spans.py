"""What figures are reckoned and grouped by: medians, shares, weeks and fiscal years, each with its rows."""

from typing import Any

import pytest
from crm.v1 import records_pb2 as records
from crm.v1 import standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


class Shop:
    """The toys of one person, told apart by a word."""

    def __init__(self, toys: Serving, caller: Any) -> None:
        self.toys = toys.stub(services.ToysStub, caller)
        self.beside = toys.stub(RecordsStub, caller)
        self.word = f"Toy{uuid7().hex}"

    async def stock(self, **said: Any) -> Any:
        return await self.toys.Create(pb.Toy(name=self.word, **said))

    async def figures(self, **asked: Any) -> Any:
        narrowed = f'name = "{self.word}"'
        request = records.AggregateRequest(entity="toys.Toy", filter=narrowed, **asked)
        return (await self.beside.Aggregate(request)).items

    async def rows(self, narrowed: str) -> int:
        return len((await self.toys.List(standard_pb2.ListRequest(filter=narrowed))).items)


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Shop:
    return Shop(toys, await organisation.person("Ana"))


@pytest.mark.parametrize(
    ("prices", "median"),
    [
        (("5",), "5"),
        (("1", "2", "90"), "2"),
        (("1", "2", "4", "90"), "3"),
        (("1", "1.01"), "1.005"),
    ],
)
async def test_a_median_is_exact(shop: Shop, prices: tuple[str, ...], median: str) -> None:
    """SA-33: complaint 22 is of averages only."""
    for price in prices:
        await shop.stock(price=price)
    [figure] = await shop.figures(measures=["median(price)"])
    assert figure.measures["median(price)"] == median


async def test_a_share_is_of_all_groups(shop: Shop) -> None:
    """SA-34"""
    for shape, price in (("round", "1"), ("round", "2"), ("square", "9")):
        await shop.stock(note=shape, price=price)
    found = await shop.figures(group_by=["note"], measures=["share", "share(price)"])
    told = {each.group["note"]: dict(each.measures) for each in found}
    assert told["round"] == {"share": "66.67", "share(price)": "25.00"}
    assert told["square"] == {"share": "33.33", "share(price)": "75.00"}


async def test_the_share_of_money_is_of_its_own_currency(shop: Shop) -> None:
    for shape, price, currency in (("a", "1", "EUR"), ("b", "3", "EUR"), ("b", "8", "USD")):
        await shop.stock(note=shape, price=price, currency=currency)
    found = await shop.figures(group_by=["note"], measures=["share(price)"])
    told = {(each.group["note"], each.group["currency"]): each.measures for each in found}
    assert {key: each["share(price)"] for key, each in told.items()} == {
        ("a", "EUR"): "25.00",
        ("b", "EUR"): "75.00",
        ("b", "USD"): "100.00",
    }


@pytest.mark.parametrize(
    ("span", "days", "keys"),
    [
        ("day", ("2026-01-31", "2026-01-31", "2026-02-01"), ("2026-01-31", "2026-02-01")),
        ("week", ("2025-12-29", "2026-01-04", "2026-01-05"), ("2026-W01", "2026-W02")),
        ("month", ("2026-01-31", "2026-01-01", "2026-02-01"), ("2026-01", "2026-02")),
        ("quarter", ("2026-03-31", "2026-01-01", "2026-04-01"), ("2026-Q1", "2026-Q2")),
        ("year", ("2025-12-31", "2025-01-01", "2026-01-01"), ("2025", "2026")),
        ("fiscal_year", ("2025-12-31", "2025-01-01", "2026-01-01"), ("2025", "2026")),
    ],
)
@pytest.mark.parametrize("field", ["due", "sold_at"])
async def test_days_and_moments_are_grouped_by_any_span(
    shop: Shop, field: str, span: str, days: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """XC-10: and each group leads to its rows."""
    for day in days:
        await shop.stock(**{field: day if field == "due" else f"{day}T23:59:59Z"})
    found = await shop.figures(group_by=[f"{field}:{span}"])
    assert [each.group[f"{field}:{span}"] for each in found] == list(keys)
    assert [each.measures["count"] for each in found] == ["2", "1"]
    assert [await shop.rows(each.filter) for each in found] == [2, 1]


async def test_a_fiscal_year_begins_where_the_asker_says(shop: Shop) -> None:
    for day in ("2026-03-31", "2026-04-01", "2027-03-31"):
        await shop.stock(due=day)
    found = await shop.figures(group_by=["due:fiscal_year"], fiscal_start=4)
    assert [each.group["due:fiscal_year"] for each in found] == ["2025/26", "2026/27"]
    assert [await shop.rows(each.filter) for each in found] == [1, 2]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"measures": ["share(name)"]}, "measures"),
        ({"measures": ["median(due)"]}, "measures"),
        ({"measures": ["median(no_such)"]}, "measures"),
        ({"measures": ["share()"]}, "measures"),
        ({"group_by": ["due:decade"]}, "group_by"),
        ({"group_by": ["name:week"]}, "group_by"),
        ({"fiscal_start": -1}, "fiscal_start"),
    ],
)
async def test_what_makes_no_figure_is_refused_by_name(
    shop: Shop, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        await shop.figures(**asked)
    assert set(wrong.value.fields) == {field}
