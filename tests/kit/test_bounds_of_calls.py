"""What a call and a record may hold: counted before it is looked into, wherever it comes from."""

from typing import Any
from uuid import UUID

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import update

from kit.errors import Invalid
from kit.records.write.size_limit import MOST_BYTES
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


async def test_a_service_counts_rows_before_it_reads_them(shop: Any) -> None:
    """S4: 60,000 empty rows"""
    with pytest.raises(Invalid) as refused:
        await shop.Create(pb.Toy(name="Kit", parts=[pb.Part() for _ in range(60_000)]))
    assert refused.value.fields == {"parts": "Give at most 100; these are 60,000."}


async def test_a_service_counts_what_stands_in_a_patch(shop: Any) -> None:
    """S4"""
    made = await shop.Create(pb.Toy(name="Kit", parts=[pb.Part(name="a")] * 100))
    assert len(made.parts) == 100
    record = pb.Toy(id=made.id, tags=[str(number) for number in range(101)])
    with pytest.raises(Invalid) as refused:
        await shop.Update(pb.ToyPatch(record=record, mask={"paths": ["tags"]}))
    assert set(refused.value.fields) == {"tags"}


async def test_a_service_counts_what_it_is_asked_for(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """S4"""
    records = toys.stub(RecordsStub, await organisation.person("Ana"))
    request = records_pb2.TitlesRequest(entity="toys.Toy", ids=["x"] * 501)
    with pytest.raises(Invalid) as refused:
        await records.Titles(request)
    assert set(refused.value.fields) == {"ids"}


async def test_a_record_grows_to_its_weight_and_no_further(toys: Serving, shop: Any) -> None:
    """S4: what many calls add up to is bounded too"""
    made = await shop.Create(pb.Toy(name="Kit"))
    held = {"of_before": "x" * (MOST_BYTES - 400)}
    stored = update(Toy).where(Toy.id == UUID(made.id)).values(custom=held)
    async with toys.process.database.sessions.begin() as session:
        await session.execute(stored)

    async def grow(key: str) -> None:
        record = pb.Toy(id=made.id, custom={key: "x" * 255})
        await shop.Update(pb.ToyPatch(record=record, mask={"paths": ["custom"]}))

    await grow("region")
    with pytest.raises(Invalid) as refused:
        await grow("color")
    assert set(refused.value.fields) == {"custom"}
    assert "128 KB" in refused.value.message
