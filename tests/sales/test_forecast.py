"""What deals are expected to bring: per month, owner and currency, within reach."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub

from kit.access.entries import FieldAccess, Permission
from kit.errors import Denied, Invalid
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.sales.desk import Desk

YEAR = {"first_day": "2041-01-01", "last_day": "2041-12-31"}


def figures(reply: Any, *names: str) -> list[tuple[str, ...]]:
    return [tuple(getattr(each, name) for name in names) for each in reply.items]


@pytest.fixture
async def team(
    serving: Serving, organisation: TestOrganisation
) -> AsyncIterator[tuple[Desk, Desk]]:
    """A manager and somebody of the team, who both see only what is theirs."""
    await organisation.default("sales.Opportunity", "private")
    above = await organisation.role("Manager")
    below = await organisation.role("Agent", parent=above)
    manager = await organisation.person("Mia", roles=(above,))
    agent = await organisation.person("Abe", roles=(below,))
    yield Desk(serving, manager), Desk(serving, agent)
    await organisation.default("sales.Opportunity", "edit")


async def test_open_deals_count_by_their_probability(team: tuple[Desk, Desk]) -> None:
    """SA-10"""
    _, agent = team
    for amount in ("1000", "500"):
        await agent.deal(amount=amount, expected_close_on="2041-03-15")
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR))
    (march,) = reply.items
    assert (march.month, march.owner_id) == ("2041-03", str(agent.actor.person_id))
    assert (march.currency, march.count, march.amount) == ("EUR", 2, "1500")
    assert (march.weighted, march.realised) == ("150", "0")


async def test_what_a_won_deal_brought_replaces_its_estimate(team: tuple[Desk, Desk]) -> None:
    """SA-10"""
    _, agent = team
    deal = await agent.deal(amount="1000", expected_close_on="2041-03-15")
    win = pb.WinOpportunity(id=deal.id, amount="800", closed_on="2041-05-02")
    await agent.deals.Win(win)
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR))
    assert figures(reply, "month", "weighted", "realised") == [("2041-05", "800", "800")]


async def test_a_lost_deal_and_one_left_out_add_nothing(team: tuple[Desk, Desk]) -> None:
    """SA-10"""
    _, agent = team
    await agent.deal(expected_close_on="2041-03-15", forecast_included=False)
    lost = await agent.deal(expected_close_on="2041-03-15")
    lose = pb.LoseOpportunity(id=lost.id, reason="Too dear", closed_on="2041-03-20")
    await agent.deals.Lose(lose)
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR))
    assert figures(reply, "month", "count", "weighted") == [("2041-03", 1, "0")]


async def test_a_lost_deal_is_in_no_figure(team: tuple[Desk, Desk]) -> None:
    """E3: its estimate stood in the amount of the month in which it was lost."""
    _, agent = team
    lost = await agent.deal(amount="700", expected_close_on="2041-03-15")
    await agent.deal(amount="1000", expected_close_on="2041-03-15")
    lose = pb.LoseOpportunity(id=lost.id, reason="Too dear", closed_on="2041-03-20")
    await agent.deals.Lose(lose)
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR))
    assert figures(reply, "month", "count", "amount") == [("2041-03", 1, "1000")]


async def test_whoever_may_not_see_how_deals_end_learns_it_from_no_figure(
    serving: Serving, organisation: TestOrganisation, team: tuple[Desk, Desk]
) -> None:
    """E3, S7: what is left out because it is lost would say that it is lost."""
    hidden = FieldAccess(entity="sales.Opportunity", field="outcome", access="hidden")
    profile = await organisation.profile(ALL, fields=(hidden,))
    desk = Desk(serving, await organisation.person("Cleo", profiles=(profile,)))
    _, agent = team
    lost = await agent.deal(expected_close_on="2041-03-15")
    await agent.deals.Lose(pb.LoseOpportunity(id=lost.id, reason="Too dear"))
    hers = pb.Opportunity(id=lost.id, owner_id=str(desk.actor.person_id))
    await agent.deals.Update(pb.OpportunityPatch(record=hers, mask={"paths": ["owner_id"]}))
    (only,) = (await desk.deals.Forecast(pb.ForecastRequest(group_by=["owner"]))).items
    told = [only.HasField(name) for name in ("amount", "weighted", "realised", "undated")]
    assert (only.count, told) == (1, [False] * 4)


async def test_currencies_are_never_added_up(team: tuple[Desk, Desk]) -> None:
    """SA-10"""
    _, agent = team
    for currency in ("EUR", "RON"):
        await agent.deal(currency=currency, expected_close_on="2041-03-15")
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR, group_by=["month"]))
    assert figures(reply, "currency", "amount") == [("EUR", "1000"), ("RON", "1000")]
    assert not any(each.HasField("owner_id") for each in reply.items)


async def test_a_forecast_covers_what_its_reader_may_see(team: tuple[Desk, Desk]) -> None:
    """SA-10"""
    manager, agent = team
    await manager.deal(expected_close_on="2041-03-15")
    await agent.deal(expected_close_on="2041-03-15")
    asked = pb.ForecastRequest(**YEAR, group_by=["owner"])
    assert len((await manager.deals.Forecast(asked)).items) == 2
    own = await agent.deals.Forecast(asked)
    assert figures(own, "owner_id") == [(str(agent.actor.person_id),)]


async def test_a_deal_without_a_day_stands_apart(team: tuple[Desk, Desk]) -> None:
    _, agent = team
    await agent.deal()
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR))
    assert [each.HasField("month") for each in reply.items] == [False]


async def test_a_deal_without_a_day_is_told_apart_whatever_the_groups(
    team: tuple[Desk, Desk],
) -> None:
    """E3: by owner it was counted among the deals of every period."""
    _, agent = team
    await agent.deal(amount="70")
    await agent.deal(amount="1000", expected_close_on="2041-03-15")
    by_owner = await agent.deals.Forecast(pb.ForecastRequest(**YEAR, group_by=["owner"]))
    assert figures(by_owner, "undated", "count", "amount") == [(False, 1, "1000"), (True, 1, "70")]
    before = {"first_day": "2039-01-01", "last_day": "2039-12-31"}
    earlier = await agent.deals.Forecast(pb.ForecastRequest(**before, group_by=["owner"]))
    assert figures(earlier, "undated", "amount") == [(True, "70")]


async def test_a_filter_narrows_the_forecast(team: tuple[Desk, Desk]) -> None:
    _, agent = team
    await agent.deal(name="Vans", expected_close_on="2041-03-15")
    await agent.deal(name="Bikes", expected_close_on="2041-03-15")
    reply = await agent.deals.Forecast(pb.ForecastRequest(**YEAR, filter='name = "Vans"'))
    assert figures(reply, "count") == [(1,)]


async def test_a_hidden_value_is_in_no_figure(
    serving: Serving, organisation: TestOrganisation, team: tuple[Desk, Desk]
) -> None:
    """SA-10"""
    hidden = FieldAccess(entity="sales.Opportunity", field="amount", access="hidden")
    profile = await organisation.profile(ALL, fields=(hidden,))
    clerk = await organisation.person("Cleo", profiles=(profile,))
    desk = Desk(serving, clerk)
    await desk.deals.Create(pb.Opportunity(name="Vans", expected_close_on="2041-03-15"))
    (only,) = (await desk.deals.Forecast(pb.ForecastRequest(**YEAR))).items
    assert (only.count, only.HasField("amount"), only.HasField("weighted")) == (1, False, False)


async def test_a_hidden_day_is_not_asked_about_by_the_days_of_a_forecast(
    serving: Serving, organisation: TestOrganisation, team: tuple[Desk, Desk]
) -> None:
    """S7: an argument that stands for a hidden field is refused like a filter, and none stands in for it."""
    hidden = FieldAccess(entity="sales.Opportunity", field="closed_on", access="hidden")
    profile = await organisation.profile(ALL, fields=(hidden,))
    desk = Desk(serving, await organisation.person("Cleo", profiles=(profile,)))
    await desk.deals.Create(pb.Opportunity(name="Long ago", expected_close_on="1999-03-15"))
    with pytest.raises(Invalid) as refused:
        await desk.deals.Forecast(pb.ForecastRequest(first_day="1999-01-01"))
    assert refused.value.fields == {"first_day": "There is no such field."}
    assert sum(each.count for each in (await desk.deals.Forecast(pb.ForecastRequest())).items) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"group_by": ["stage"]}, "group_by"),
        ({"first_day": "May"}, "first_day"),
        ({"first_day": "2041-02-01", "last_day": "2041-01-01"}, "last_day"),
    ],
)
async def test_what_cannot_be_asked_names_its_field(
    desk: Desk, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        await desk.deals.Forecast(pb.ForecastRequest(**asked))
    assert set(wrong.value.fields) == {field}


async def test_who_may_not_view_deals_gets_no_forecast(
    serving: Serving, organisation: TestOrganisation
) -> None:
    nobody = await organisation.person("Nik", Permission(entity="sales.Product", view=True))
    with pytest.raises(Denied):
        await serving.stub(OpportunitiesStub, nobody).Forecast(pb.ForecastRequest())
