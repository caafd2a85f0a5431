"""Questions beyond what can be answered are refused in our own words, with the field at fault."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.errors import Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import services


async def refused(asked: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        await asked
    return dict(wrong.value.fields)


async def test_a_value_that_no_column_holds_is_refused_without_the_drivers_words(
    toys: Serving, organisation: TestOrganisation
) -> None:
    beside = toys.stub(RecordsStub, await organisation.person("Ana"))
    asked = records_pb2.FindRequest(entity="toys.Toy", field="name", values=["a\0b"])
    with pytest.raises(Invalid, match="fits no field; check") as wrong:
        await beside.Find(asked)
    told = f"{wrong.value.message} {wrong.value.fields}"
    for foreign in ("encoding", "byte", "0x00", "argument"):
        assert foreign not in told


@pytest.mark.parametrize("name", ["tags", "friend_ids"])
async def test_a_list_is_no_group(toys: Serving, organisation: TestOrganisation, name: str) -> None:
    beside = toys.stub(RecordsStub, await organisation.person("Ana"))
    asked = records_pb2.AggregateRequest(entity="toys.Toy", group_by=[name])
    fields = await refused(beside.Aggregate(asked))
    assert set(fields) == {"group_by"}
    assert name in fields["group_by"]


async def test_a_search_has_a_longest_length(toys: Serving, organisation: TestOrganisation) -> None:
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    await shop.List(standard_pb2.ListRequest(search="x" * 200))
    fields = await refused(shop.List(standard_pb2.ListRequest(search="x " * 101)))
    assert set(fields) == {"search"}
    assert "200" in fields["search"]
