"""Figures in one currency: every amount at a rate that is said, and nothing mixed that has none."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from crm.identity.v1 import exchange_rates_pb2, profiles_pb2
from crm.identity.v1.exchange_rates_pb2_grpc import ExchangeRatesStub
from crm.sales.v1 import opportunities_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.ids import uuid7
from kit.testing.serving import Serving
from tests.identity.office import Office

# Of a year in which no other test keeps rates.
DAY = "2011-06-15"
AMOUNTS = (("EUR", "100"), ("EUR", "300"), ("USD", "240"), ("RON", "1000"), ("ISK", "5000"))


class Deals:
    """The deals of one person, told apart by a word."""

    def __init__(self, sales: Serving, caller: Actor) -> None:
        self.deals = sales.stub(OpportunitiesStub, caller)
        self.beside = sales.stub(RecordsStub, caller)
        self.word = f"D{uuid7().hex}"

    async def sell(self, currency: str, amount: str, **more: Any) -> Any:
        given = {"name": self.word, "currency": currency, "amount": amount, **more}
        return await self.deals.Create(opportunities_pb2.Opportunity(**given))

    async def figures(self, *measures: str, **asked: Any) -> Any:
        asked = {"rates_on": DAY, **asked}
        request = records_pb2.AggregateRequest(
            entity="sales.Opportunity",
            filter=f'name = "{self.word}"',
            measures=measures,
            **asked,
        )
        return await self.beside.Aggregate(request)

    async def rows(self, narrowed: str) -> int:
        return len((await self.deals.List(standard_pb2.ListRequest(filter=narrowed))).items)


@pytest.fixture
async def deals(office: Office, sales: Serving) -> Deals:
    """Of a seller who may not even see that there are rates."""
    kept = office.serving.stub(ExchangeRatesStub, office.admin)
    for currency, day, rate in (
        ("USD", "2011-06-14", "1.2"),
        ("RON", "2011-06-15", "5"),
        ("RON", "2011-06-16", "50"),
    ):
        with suppress(Conflict):
            rate_ = exchange_rates_pb2.ExchangeRate(currency=currency, day=day, rate=rate)
            await kept.Create(rate_)
    person = await _who_sees_no_rates(office)
    epoch = (await office.snapshot()).epoch
    seller = Deals(sales, Actor.person(UUID(person.id), min_epoch=epoch))
    for currency, amount in AMOUNTS:
        await seller.sell(currency, amount)
    return seller


async def _who_sees_no_rates(office: Office) -> Any:
    rights = {"view": True, "create": True, "edit": True, "delete": True}
    lines = [
        profiles_pb2.Permission(entity="*", **rights),
        profiles_pb2.Permission(entity="identity.ExchangeRate"),
    ]
    profile = await office.profile(*lines)
    return await office.person("Ana", profile_ids=[profile.id])


async def test_amounts_are_converted_at_the_rates_of_the_day(deals: Deals) -> None:
    """XC-10, SA-33: 100 + 300 + 240 / 1.2 + 1000 / 5; each rate says its day."""
    found = await deals.figures("count", "sum(amount)", convert_to="EUR")
    told = {each.group.get("currency"): each.measures for each in found.items}
    assert dict(told["EUR"]) == {"count": "4", "sum(amount)": "800.00"}
    used = {each.currency: (each.rate, each.day) for each in found.rates}
    assert used["USD"] == ("1.2", "2011-06-14")
    assert used["RON"] == ("5", "2011-06-15")


async def test_what_has_no_rate_stays_by_itself(deals: Deals) -> None:
    """XC-10: nothing mixed is ever summed unsaid, and nothing is lost."""
    found = await deals.figures("count", "sum(amount)", convert_to="EUR")
    told = {each.group.get("currency"): each.measures for each in found.items}
    assert dict(told["ISK"]) == {"count": "1", "sum(amount)": "5000"}
    assert "ISK" not in {each.currency for each in found.rates}


async def test_a_converted_figure_leads_to_its_rows(deals: Deals) -> None:
    """XC-11: of all the currencies in it."""
    found = await deals.figures("count", "sum(amount)", convert_to="USD")
    for each in found.items:
        assert await deals.rows(each.filter) == int(each.measures["count"])


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("sum(amount)", "960.00"),
        ("avg(amount)", "240.00"),
        ("min(amount)", "120.00"),
        ("max(amount)", "360.00"),
        ("median(amount)", "240.00"),
        ("share(amount)", "100.00"),
    ],
)
async def test_every_measure_is_of_converted_amounts(deals: Deals, measure: str, told: str) -> None:
    """120, 360, 240 and 240 dollars."""
    found = await deals.figures(measure, convert_to="USD")
    values = {each.group.get("currency"): each.measures[measure] for each in found.items}
    assert values["USD"] == told


async def test_asked_for_by_themselves_currencies_are_those_of_the_figures(deals: Deals) -> None:
    found = await deals.figures("sum(amount)", group_by=["currency"], convert_to="EUR")
    assert {each.group["currency"] for each in found.items} == {"EUR", "ISK"}


async def test_without_money_there_is_nothing_to_convert(deals: Deals) -> None:
    found = await deals.figures("count", convert_to="EUR")
    assert [each.measures["count"] for each in found.items] == [str(len(AMOUNTS))]
    assert not found.rates


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"convert_to": "ISK"}, "convert_to"),
        ({"convert_to": "x" * 180_000}, "convert_to"),
        ({"convert_to": "EUR", "rates_on": "soon"}, "rates_on"),
        ({"convert_to": "USD", "rates_on": "1800-01-01"}, "convert_to"),
        ({"convert_to": "EUR", "fiscal_start": 13}, "fiscal_start"),
    ],
)
async def test_what_cannot_be_converted_is_refused_by_name(
    deals: Deals, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        await deals.figures("sum(amount)", **asked)
    assert set(wrong.value.fields) == {field}
