"""Reports: a person's own, shared like every record, and never more than a question."""

from typing import Any

import pytest
from crm.identity.v1 import reports_pb2
from crm.identity.v1.reports_pb2_grpc import ReportsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.errors import Denied, Invalid, NotFound
from tests.identity.office import Office, actor, unique

DEALS = "sales.Opportunity"


class Desk:
    """Where one person keeps reports."""

    def __init__(self, office: Office, caller: Actor) -> None:
        self.reports = office.serving.stub(ReportsStub, caller)
        self.beside = office.serving.stub(RecordsStub, caller)

    async def save(self, **said: Any) -> Any:
        given = {"name": unique("Report"), "entity_name": DEALS, **said}
        return await self.reports.Create(reports_pb2.Report(**given))

    async def change(self, report: Any, **said: Any) -> Any:
        record = reports_pb2.Report(id=report.id, **said)
        mask = FieldMask(paths=list(said))
        return await self.reports.Update(reports_pb2.ReportPatch(record=record, mask=mask))

    async def get(self, report: Any) -> Any:
        return await self.reports.Get(standard_pb2.GetRequest(id=report.id))


@pytest.fixture
async def desk(office: Office) -> Desk:
    return Desk(office, actor(await office.seller("Ana")))


@pytest.fixture
async def other(office: Office) -> Any:
    return await office.seller("Bob")


async def test_a_report_keeps_the_whole_question(desk: Desk) -> None:
    """XC-10, XC-11"""
    question = {
        "filter": 'outcome = "won"',
        "group_by": ["closed_on:fiscal_year", "account.industry"],
        "measures": ["count", "median(amount)", "share(amount)"],
        "shape": "heat_map",
        "period_field": "closed_on",
        "period": "last_quarter",
        "compared": True,
        "currency": "EUR",
        "rates_on": "2026-06-30",
        "fiscal_start": 4,
    }
    kept = await desk.get(await desk.save(**question))
    assert {name: getattr(kept, name) for name in question} == question


async def test_a_report_of_nothing_counts(desk: Desk) -> None:
    kept = await desk.save()
    assert (list(kept.measures), kept.shape, kept.fiscal_start) == (["count"], "table", 1)


async def test_it_is_private_until_it_is_shared(office: Office, desk: Desk, other: Any) -> None:
    """ID-07: on every way by which it could be found."""
    report, stranger = await desk.save(), Desk(office, actor(other))
    for attempt in (stranger.get(report), stranger.change(report, name="Mine now")):
        with pytest.raises(NotFound):
            await attempt
    found = await stranger.reports.List(standard_pb2.ListRequest(filter=f'name = "{report.name}"'))
    assert not found.items
    share = records_pb2.ShareRequest(
        entity="identity.Report",
        id=report.id,
        principal_kind="person",
        principal_id=other.id,
        level="read",
    )
    await desk.beside.Share(share)
    assert (await stranger.get(report)).name == report.name
    with pytest.raises(Denied):
        await stranger.change(report, name="Mine now")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"filter": "amount >"}, "filter"),
        ({"filter": "x" * 180_000}, "filter"),
        ({"group_by": ["closed_on:decade"]}, "group_by"),
        ({"group_by": ["name); drop table"]}, "group_by"),
        ({"group_by": ["a", "b", "c"]}, "group_by"),
        ({"group_by": ["x" * 180_000]}, "group_by"),
        ({"measures": ["total(amount)"]}, "measures"),
        ({"measures": ["sum()"]}, "measures"),
        ({"measures": ["<script>"]}, "measures"),
        ({"measures": [f"sum(a{number})" for number in range(7)]}, "measures"),
        ({"shape": "sphere"}, "shape"),
        ({"period": "this_decade"}, "period"),
        ({"period": "this_year"}, "period_field"),
        ({"period_field": "a b", "period": "this_year"}, "period_field"),
        ({"compared": True}, "period"),
        ({"currency": "XXX"}, "currency"),
        ({"rates_on": "soon"}, "rates_on"),
        ({"fiscal_start": 13}, "fiscal_start"),
        ({"fiscal_start": 0}, "fiscal_start"),
        ({"entity_name": "deals"}, "entity_name"),
        ({"name": "two\nlines"}, "name"),
    ],
)
async def test_what_cannot_be_read_is_not_kept(
    desk: Desk, said: dict[str, Any], field: str
) -> None:
    """S4: each refusal names its field."""
    with pytest.raises(Invalid) as wrong:
        await desk.save(**said)
    assert [each.partition("[")[0] for each in wrong.value.fields] == [field]


async def test_a_report_stays_with_its_entity(desk: Desk) -> None:
    report = await desk.save()
    with pytest.raises(Invalid) as wrong:
        await desk.change(report, entity_name="sales.Product")
    assert "entity_name" in wrong.value.fields
