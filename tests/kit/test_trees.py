"""Trees: nothing comes to stand below itself, by whichever way and however many move at once."""

import asyncio
from typing import Any

import pytest

from kit.errors import Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    """The toys as Ana has them."""
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


def below(one: Any, above: Any) -> Any:
    record = pb.Toy(id=one.id, parent_id=above.id if above else None)
    return pb.ToyPatch(record=record, mask={"paths": ["parent_id"]})


async def _line(shop: Any, length: int) -> list[Any]:
    """Toys of which each is part of the one before."""
    made = [await shop.Create(pb.Toy(name="Top"))]
    while len(made) < length:
        made.append(await shop.Create(pb.Toy(name="Part", parent_id=made[-1].id)))
    return made


async def test_nothing_is_part_of_itself(shop: Any) -> None:
    top, middle, low = await _line(shop, 3)
    for above in (top, middle, low):
        with pytest.raises(Invalid) as wrong:
            await shop.Update(below(top, above))
        told = "A toy cannot be part of itself; choose another one."
        assert wrong.value.fields == {"parent_id": told}


async def test_a_branch_moves_elsewhere_and_to_the_top(shop: Any) -> None:
    top, _, low = await _line(shop, 3)
    moved = await shop.Update(below(low, top))
    assert (moved.parent_id, moved.version) == (top.id, 2)
    assert not (await shop.Update(below(low, None))).HasField("parent_id")
    assert (await shop.Update(below(top, low))).parent_id == low.id


async def test_two_moves_at_once_close_no_circle(shop: Any) -> None:
    """Each alone would do; the second sees the first, whatever it had read before."""
    for _ in range(5):
        one, other = [await shop.Create(pb.Toy(name="Ring")) for _ in range(2)]
        async with asyncio.TaskGroup() as group:
            moves = [
                group.create_task(_told(shop, below(one, other))),
                group.create_task(_told(shop, below(other, one))),
            ]
        assert sorted(each.result() for each in moves) == [[], ["parent_id"]]


async def _told(shop: Any, patch: Any) -> list[str]:
    """The fields that a change is refused for."""
    try:
        await shop.Update(patch)
    except Invalid as refused:
        return list(refused.fields)
    return []
