"""Exchange rates: kept by hand or taken in from the central bank, and in force until the next one."""

from typing import Any

import pytest
from crm.identity.v1 import exchange_rates_pb2 as pb
from crm.identity.v1 import profiles_pb2
from crm.identity.v1.exchange_rates_pb2_grpc import ExchangeRatesStub
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.errors import Conflict, Denied, Invalid
from services.identity.rpc import exchange_rates
from tests.identity.office import Office, actor

ONE_DAY = "Date, USD, JPY, BGN, \n27 November 1998, 1.1593, 181.50, 1.9558, \n"
ALL_DAYS = (
    "Date,USD,JPY,CYP,\n"
    "1999-01-06,1.1743,131.42,0.58200,\n"
    "1999-01-05,1.1790,N/A,0.58230,\n"
    "1999-01-04,1.1789,133.73,0.58231,\n"
)


@pytest.fixture
def rates(office: Office) -> Any:
    return office.serving.stub(ExchangeRatesStub, office.admin)


async def in_force(rates: Any, day: str) -> dict[str, tuple[str, str]]:
    found = await rates.AsOf(pb.AsOfRequest(day=day))
    return {each.currency: (each.rate, each.day) for each in found.items}


async def test_the_file_of_a_day_is_taken_in_once(rates: Any) -> None:
    """XC-10: the same file may come every day."""
    first = await rates.TakeIn(pb.TakeInRates(csv=ONE_DAY))
    assert (first.taken, first.there, first.left) == (3, 0, 0)
    again = await rates.TakeIn(pb.TakeInRates(csv=ONE_DAY))
    assert (again.taken, again.there) == (0, 3)
    assert (await in_force(rates, "1998-11-30"))["JPY"] == ("181.50", "1998-11-27")


async def test_the_file_of_all_days_gives_each_day_its_rates(rates: Any) -> None:
    """XC-10: what a day lacks is that of the day before; what is no currency any more is told."""
    told = await rates.TakeIn(pb.TakeInRates(csv=ALL_DAYS))
    assert (told.taken, list(told.passed_over)) == (5, ["CYP"])
    known = await in_force(rates, "1999-01-05")
    assert known["USD"] == ("1.1790", "1999-01-05")
    assert known["JPY"] == ("133.73", "1999-01-04")
    assert "USD" not in await in_force(rates, "1990-01-01")


async def test_what_somebody_corrected_stays(rates: Any) -> None:
    kept = await rates.Create(pb.ExchangeRate(currency="CHF", day="2001-02-03", rate="1.5"))
    assert kept.source == "By hand"
    told = await rates.TakeIn(pb.TakeInRates(csv="Date,CHF,SEK\n2001-02-03,1.6,9\n"))
    assert (told.taken, told.there) == (1, 1)
    assert (await in_force(rates, "2001-02-03"))["CHF"][0] == "1.5"
    patch = pb.ExchangeRate(id=kept.id, rate="1.55")
    mask = FieldMask(paths=["rate"])
    await rates.Update(pb.ExchangeRatePatch(record=patch, mask=mask))
    assert (await in_force(rates, "2001-02-04"))["CHF"][0] == "1.55"
    await rates.Delete(standard_pb2.DeleteRequest(id=kept.id))
    assert "CHF" not in await in_force(rates, "2001-02-04")


async def test_a_long_file_is_taken_in_by_parts_the_latest_first(
    rates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_rates, "MOST", 2)
    file = pb.TakeInRates(csv="Date,NOK\n2002-03-01,8\n2002-03-03,8.2\n2002-03-02,8.1\n")
    told = await rates.TakeIn(file)
    assert (told.taken, told.left) == (2, 1)
    assert (await in_force(rates, "2002-03-03"))["NOK"][0] == "8.2"
    assert "NOK" not in await in_force(rates, "2002-03-01")
    told = await rates.TakeIn(file)
    assert (told.taken, told.there, told.left) == (1, 2, 0)


@pytest.mark.parametrize(
    ("csv", "told"),
    [
        ("", "Fill this in"),
        ("USD,JPY\n1,2", "first line"),
        ("Date\n2026-01-01", "first line"),
        ("Date,USD,USD\n2026-01-01,1,2", "twice"),
        ("Date,<b>,JPY\n2026-01-01,1,2", "first line"),
        ("Date,USD\n2026-01-01,1,2,3", "Line 2"),
        ("Date,USD\n\n1 May,1", "Line 3"),
        ("Date,USD\n2026-01-01,much", "Line 2, USD"),
        ("Date,USD\n2026-01-01,0", "Line 2, USD"),
        ("Date,USD\n2026-01-01,-1", "Line 2, USD"),
        ("Date,USD\n2026-01-01,1e400", "Line 2, USD"),
        ("Date,USD\n" + "9" * 180_000 + ",1", "Line 2"),
        ('Date,USD\n2026-01-01,"' + "9" * 180_000, "Line"),
        ("Date" + ",USD" * 90_000, "first line"),
    ],
)
async def test_a_file_that_is_none_is_refused_by_its_line(rates: Any, csv: str, told: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await rates.TakeIn(pb.TakeInRates(csv=csv))
    assert told in wrong.value.fields["csv"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"rate": "0"}, "rate"),
        ({"rate": "1.123456789"}, "rate"),
        ({"day": "tomorrow"}, "day"),
    ],
)
async def test_what_is_no_rate_is_not_kept(rates: Any, said: dict[str, str], field: str) -> None:
    given = {"currency": "USD", "day": "2003-01-01", "rate": "1", **said}
    with pytest.raises(Invalid) as wrong:
        await rates.Create(pb.ExchangeRate(**given))
    assert set(wrong.value.fields) == {field}


async def test_a_day_has_one_rate(rates: Any) -> None:
    given = {"currency": "PLN", "day": "2004-01-01", "rate": "4"}
    await rates.Create(pb.ExchangeRate(**given))
    with pytest.raises(Conflict) as taken:
        await rates.Create(pb.ExchangeRate(**given))
    assert set(taken.value.fields) == {"day"}


async def test_only_whoever_sets_up_keeps_them(office: Office) -> None:
    """ID-05: everybody may look at them."""
    seller = await office.seller()
    theirs = office.serving.stub(ExchangeRatesStub, actor(seller))
    assert await in_force(theirs, "2026-11-29") is not None
    for attempt in (
        theirs.Create(pb.ExchangeRate(currency="USD", day="2005-01-01", rate="1")),
        theirs.TakeIn(pb.TakeInRates(csv=ONE_DAY)),
    ):
        with pytest.raises(Denied):
            await attempt


async def test_a_hidden_rate_is_nowhere(office: Office, rates: Any) -> None:
    """ID-14"""
    await rates.Create(pb.ExchangeRate(currency="AUD", day="2006-01-01", rate="1.7"))
    line = profiles_pb2.Permission(entity="*", view=True)
    hidden = profiles_pb2.FieldAccess(entity="identity.ExchangeRate", field="rate", access="hidden")
    profile = await office.profile(line, field_access=[hidden])
    eve = await office.person("Eve", profile_ids=[profile.id])
    theirs = office.serving.stub(ExchangeRatesStub, actor(eve))
    found = await theirs.AsOf(pb.AsOfRequest(day="2006-01-01"))
    assert {each.rate for each in found.items} == {""}
