"""Numbers by which people call a record: drawn as it is made, unique, and nobody's to change."""

import asyncio
import re
from typing import Any

import pytest
from crm.v1 import standard_pb2

from kit.entity import Number
from kit.errors import Denied, Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    """The toys as Ana has them."""
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


async def test_whoever_makes_a_record_is_told_its_number(shop: Any) -> None:
    first, second = [await shop.Create(pb.Toy(name="Bear")) for _ in range(2)]
    assert re.fullmatch("TOY-[0-9]{4,}", first.number)
    assert int(first.number[4:]) < int(second.number[4:])
    found = await shop.List(standard_pb2.ListRequest(filter=f'number = "{first.number.lower()}"'))
    assert [each.id for each in found.items] == [first.id]
    assert (await shop.Get(standard_pb2.GetRequest(id=first.id))).number == first.number


async def test_nobody_gives_or_changes_a_number(shop: Any) -> None:
    with pytest.raises((Denied, Invalid)) as wrong:
        await shop.Create(pb.Toy(name="Bear", number="TOY-1"))
    assert set(wrong.value.fields) == {"number"}
    made = await shop.Create(pb.Toy(name="Bear"))
    record = pb.Toy(id=made.id, number="TOY-1")
    with pytest.raises((Denied, Invalid)) as wrong:
        await shop.Update(pb.ToyPatch(record=record, mask={"paths": ["number"]}))
    assert set(wrong.value.fields) == {"number"}


async def test_no_number_is_given_twice(shop: Any) -> None:
    """Not to those who come at once, and not again after its record is gone."""
    async with asyncio.TaskGroup() as group:
        making = [group.create_task(shop.Create(pb.Toy(name="Ball"))) for _ in range(8)]
    given = {each.result().number for each in making}
    await shop.Delete(standard_pb2.DeleteRequest(id=making[-1].result().id))
    given.add((await shop.Create(pb.Toy(name="Ball"))).number)
    assert len(given) == 9


def test_numbers_are_readable_and_grow_beyond_their_digits() -> None:
    number = Number("T-")
    written = [number.written(each) for each in (1, 123, 12_345_678)]
    assert written == ["T-000001", "T-000123", "T-12345678"]
