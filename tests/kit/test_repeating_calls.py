"""An idempotency key: the same call made again has one effect and one answer."""

import asyncio
from typing import Any

import pytest
from crm.v1 import standard_pb2

from kit.access.entries import FieldAccess, Profile
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    return toys.stub(services.ToysStub, await organisation.person("Ben"))


async def _found(shop: Any, name: str) -> int:
    return len((await shop.List(standard_pb2.ListRequest(filter=f'name = "{name}"'))).items)


async def test_the_same_call_again_is_answered_byte_by_byte_and_does_nothing(shop: Any) -> None:
    name, key = uuid7().hex, uuid7().hex
    first = await shop.Create(pb.Toy(name=name), key=key)
    again = await shop.Create(pb.Toy(name=name), key=key)
    assert again.SerializeToString() == first.SerializeToString()
    assert await _found(shop, name) == 1


async def test_a_verb_is_answered_again_although_it_could_not_be_done_again(shop: Any) -> None:
    made, key = await shop.Create(pb.Toy(name="Once")), uuid7().hex
    first = await shop.Sell(pb.Sale(id=made.id, note="cash"), key=key)
    assert await shop.Sell(pb.Sale(id=made.id, note="cash"), key=key) == first
    await shop.Update(pb.ToyPatch(record=pb.Toy(id=made.id, name="x"), mask={"paths": ["name"]}))
    assert await shop.Sell(pb.Sale(id=made.id, note="cash"), key=key) == first


@pytest.mark.parametrize("json", [False, True])
async def test_what_was_hidden_since_is_not_answered_again(
    toys: Serving, organisation: TestOrganisation, json: bool
) -> None:
    """S15: a key was answered with fields that had been hidden in the meantime"""
    profile = await organisation.profile(ALL)
    eve = await organisation.person("Eve", profiles=(profile,))
    shop, key = toys.stub(services.ToysStub, eve, json=json), uuid7().hex
    word = f"w{uuid7().hex}"
    toy = pb.Toy(name="Kit", secret=word, custom={"color": word})
    assert word.encode() in (await shop.Create(toy, key=key)).SerializeToString()
    hidden = [FieldAccess("toys.Toy", name, "hidden") for name in ("secret", "custom")]
    limited = Profile(name="Limited", permissions=(ALL,), fields=tuple(hidden))
    await organisation.publish("profile", limited, profile)
    again = (await shop.Create(toy, key=key)).SerializeToString()
    assert word.encode() not in again
    assert b"Kit" in again


async def test_what_was_lost_since_is_not_answered_again(shop: Any) -> None:
    """S15: a key was answered with a record that its caller could not see any more"""
    key = uuid7().hex
    made = await shop.Create(pb.Toy(name="Kit"), key=key)
    await shop.Delete(standard_pb2.DeleteRequest(id=made.id))
    with pytest.raises(NotFound):
        await shop.Create(pb.Toy(name="Kit"), key=key)


async def test_a_removal_is_answered_again(shop: Any) -> None:
    made, key = await shop.Create(pb.Toy(name="Gone")), uuid7().hex
    gone = standard_pb2.DeleteRequest(id=made.id)
    assert await shop.Delete(gone, key=key) == await shop.Delete(gone, key=key)
    with pytest.raises(NotFound):
        await shop.Delete(gone)


async def test_the_key_with_another_body_is_a_conflict(shop: Any) -> None:
    key = uuid7().hex
    await shop.Create(pb.Toy(name="One"), key=key)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await shop.Create(pb.Toy(name="Two"), key=key)


async def test_another_person_may_use_the_same_key(
    toys: Serving, organisation: TestOrganisation, shop: Any
) -> None:
    name, key = uuid7().hex, uuid7().hex
    mine = await shop.Create(pb.Toy(name=name), key=key)
    other = toys.stub(services.ToysStub, await organisation.person("Eve"))
    assert (await other.Create(pb.Toy(name=name), key=key)).id != mine.id


async def test_a_call_that_failed_may_be_made_again(shop: Any) -> None:
    made, key = await shop.Create(pb.Toy(name="Try")), uuid7().hex
    with pytest.raises(NotFound):
        await shop.Sell(pb.Sale(id=str(uuid7())), key=key)
    sold = await shop.Sell(pb.Sale(id=made.id, note="now"), key=key)
    assert sold.state == "sold"


async def test_twenty_at_once_have_one_effect(shop: Any) -> None:
    name, key = uuid7().hex, uuid7().hex
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(shop.Create(pb.Toy(name=name), key=key)) for _ in range(20)]
    assert len({each.result().SerializeToString() for each in calls}) == 1
    assert await _found(shop, name) == 1
