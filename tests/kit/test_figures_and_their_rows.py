"""Every figure comes with the filter that lists exactly the rows behind it, in the asker's own days."""

from typing import Any
from uuid import UUID

import pytest
from crm.v1 import records_pb2 as records
from crm.v1 import standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import Uuid, bindparam, text

from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

# New year in Auckland is still the old year in Honolulu.
NIGHT = "2025-12-31T20:00:00Z"


def unique() -> str:
    return f"Toy{uuid7().hex}"


def figures(word: str, *groups: str) -> Any:
    narrowed = f'name = "{word}"'
    return records.AggregateRequest(entity="toys.Toy", group_by=groups, filter=narrowed)


async def names(shop: Any, wanted: str) -> int:
    return len((await shop.List(standard_pb2.ListRequest(filter=wanted))).items)


async def test_any_value_leads_to_its_rows(toys: Serving, organisation: TestOrganisation) -> None:
    ana, word = await organisation.person("Ana"), unique()
    shop = toys.stub(services.ToysStub, ana)
    odd = ('a "quoted" word', "a*b", "a and b", "back\\slash")
    for note in odd:
        await shop.Create(pb.Toy(name=word, secret=note))
    answer = await toys.stub(RecordsStub, ana).Aggregate(figures(word, "secret"))
    assert {each.group["secret"] for each in answer.items} == set(odd)
    assert [await names(shop, each.filter) for each in answer.items] == [1] * len(odd)


async def test_a_moment_counts_in_the_month_that_it_has_where_the_asker_is(
    toys: Serving, organisation: TestOrganisation
) -> None:
    word = unique()
    kiwi = await organisation.person("Kiri", time_zone="Pacific/Auckland")
    await toys.stub(services.ToysStub, kiwi).Create(pb.Toy(name=word, sold_at=NIGHT))
    [figure] = (await toys.stub(RecordsStub, kiwi).Aggregate(figures(word, "sold_at:month"))).items
    assert figure.group["sold_at:month"] == "2026-01"
    assert await names(toys.stub(services.ToysStub, kiwi), figure.filter) == 1


async def test_a_day_means_the_day_of_whoever_asks(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """The same words, so that a statement kept for the one would answer the other."""
    word = unique()
    kiwi = await organisation.person("Kiri", time_zone="Pacific/Auckland")
    kai = await organisation.person("Kai", time_zone="Pacific/Honolulu")
    made = await toys.stub(services.ToysStub, kiwi).Create(pb.Toy(name=word, sold_at=NIGHT))
    sharing = records.ShareRequest(entity="toys.Toy", id=made.id, level="read")
    sharing.principal_kind, sharing.principal_id = "person", str(kai.person_id)
    await toys.stub(RecordsStub, kiwi).Share(sharing)
    wanted = f'name = "{word}" AND sold_at = 2026-01-01'
    assert await names(toys.stub(services.ToysStub, kiwi), wanted) == 1
    assert await names(toys.stub(services.ToysStub, kai), wanted) == 0


async def test_no_question_is_larger_than_an_answer_could_be(
    toys: Serving, organisation: TestOrganisation
) -> None:
    beside = toys.stub(RecordsStub, await organisation.person("Ana"))
    for wanted in ({"measures": ["sum(price)"] * 33}, {"group_by": ["name"] * 9}):
        with pytest.raises(Invalid) as refused:
            await beside.Aggregate(records.AggregateRequest(entity="toys.Toy", **wanted))
        assert set(refused.value.fields) == set(wanted)


async def test_pages_are_ordered_by_a_custom_field(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """AD-03: fields of the organisation are ordered by like any other."""
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    word = unique()
    for region in ("B", "C", "A"):
        await shop.Create(pb.Toy(name=word, custom={"region": region}))
    question = standard_pb2.ListRequest(
        filter=f'name = "{word}"', order_by="custom.region", page_size=2, fields=["name"]
    )
    first = await shop.List(question)
    question.page_token = first.page.next_page_token
    rest = await shop.List(question)
    regions = [each.custom["region"] for each in (*first.items, *rest.items)]
    assert regions == ["A", "B", "C"]


@pytest.mark.parametrize("span", ["day", "month", "quarter", "year"])
async def test_the_last_day_of_the_calendar_has_its_figure(
    toys: Serving, organisation: TestOrganisation, span: str
) -> None:
    """Found 5xx: rows that were stored before such days were refused still stand somewhere."""
    ana, word = await organisation.person("Ana"), unique()
    shop = toys.stub(services.ToysStub, ana)
    made = await shop.Create(pb.Toy(name=word, due="2026-01-31"))
    async with toys.process.database.transaction() as transaction:
        last = text("update toy set due = '9999-12-31' where id = :id").bindparams(
            bindparam("id", type_=Uuid())
        )
        await transaction.count(last, id=UUID(made.id))
    answer = await toys.stub(RecordsStub, ana).Aggregate(figures(word, f"due:{span}"))
    assert [await names(shop, each.filter) for each in answer.items] == [1]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_days_beyond_what_can_be_reckoned_with_are_refused(
    toys: Serving, organisation: TestOrganisation, day: str
) -> None:
    """C6, D1"""
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    for values in ({"due": day}, {"sold_at": f"{day}T00:00:00+14:00"}):
        with pytest.raises(Invalid) as refused:
            await shop.Create(pb.Toy(name="Bear", **values))
        assert set(refused.value.fields) == set(values)
