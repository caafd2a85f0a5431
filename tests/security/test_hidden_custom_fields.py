"""A profile that hides `custom` hides every custom field, by whatever path it is asked for."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"
RIGHTS = {"view": True, "create": True, "edit": True, "view_all": True}


async def sam(organisation: TestOrganisation, access: str, **more: Any) -> Actor:
    """Somebody who has this access to the custom fields of toys."""
    limit = FieldAccess(TOY, "custom", access)
    profile = await organisation.profile(Permission(TOY, **RIGHTS | more), fields=(limit,))
    return await organisation.person("Sam", profiles=(profile,))


@pytest.fixture
async def made(toys: Serving, organisation: TestOrganisation) -> Any:
    """A toy of Ana's with one custom field, whose value stands nowhere else but in its history."""
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    bare = await shop.Create(pb.Toy(name="Box"))
    toy = pb.Toy(id=bare.id, custom={"region": f"w{uuid7().hex}"})
    return await shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["custom"]}))


async def told(toys: Serving, actor: Actor, made: Any) -> list[bytes]:
    """Everything that the reading doors say of one toy."""
    typed, ready = (toys.stub(services.ToysStub, actor, json=json) for json in (False, True))
    one, mine = standard_pb2.GetRequest(id=made.id), f"id = {made.id}"
    history = records_pb2.HistoryRequest(entity=TOY, id=made.id)
    return [
        (await typed.Get(one)).SerializeToString(),
        (await ready.Get(one)).json,
        (await typed.List(standard_pb2.ListRequest(filter=mine))).SerializeToString(),
        (await ready.List(standard_pb2.ListRequest(filter=mine))).json,
        (await ready.List(standard_pb2.ListRequest(filter=mine, order_by="name"))).json,
        (await toys.stub(RecordsStub, actor).History(history)).SerializeToString(),
    ]


async def test_hidden_custom_fields_leave_by_no_reading_door(
    toys: Serving, organisation: TestOrganisation, made: Any
) -> None:
    """ID-14"""
    value = made.custom["region"].encode()
    answers = await told(toys, await sam(organisation, "hidden"), made)
    assert all(answers)
    assert not [each for each in answers if value in each]
    for access in ("read", "edit"):
        answers = await told(toys, await sam(organisation, access), made)
        assert all(value in each for each in answers)


async def test_the_newest_of_ones_own_show_no_hidden_custom_field_either(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """Whoever reaches few owners is answered by another statement."""
    actor = await sam(organisation, "hidden", view_all=False)
    toy = pb.Toy(name="Own", owner_id=actor.name, custom={"region": (word := f"w{uuid7().hex}")})
    keeper = await organisation.person("Kim")
    made = await toys.stub(services.ToysStub, keeper).Create(toy)
    page = await toys.stub(services.ToysStub, actor, json=True).List(standard_pb2.ListRequest())
    assert made.id.encode() in page.json
    assert word.encode() not in page.json


async def test_hidden_custom_fields_cannot_be_asked_about(
    toys: Serving, organisation: TestOrganisation, made: Any
) -> None:
    """ID-14: neither filter nor order nor search by value tells what they hold."""
    actor, value = await sam(organisation, "hidden"), made.custom["region"]
    shop, beside = toys.stub(services.ToysStub, actor), toys.stub(RecordsStub, actor)
    mine = f"id = {made.id}"
    asked: list[Any] = [
        shop.List(standard_pb2.ListRequest(filter=f'{mine} AND custom.region = "{value}"')),
        shop.List(standard_pb2.ListRequest(filter=mine, order_by="custom.region")),
        beside.Aggregate(
            records_pb2.AggregateRequest(entity=TOY, filter=f'custom.region = "{value}"')
        ),
        beside.Find(records_pb2.FindRequest(entity=TOY, field="custom", values=["x"])),
    ]
    for question in asked:
        with pytest.raises(Invalid):
            await question


@pytest.mark.parametrize("named", ["", "_currency"])
async def test_an_amount_and_its_currency_are_hidden_together(
    toys: Serving, organisation: TestOrganisation, named: str
) -> None:
    """ID-14: whichever of the two a profile names."""
    key = f"k{uuid7().hex}"
    await organisation.custom(TOY, key, "money")
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    made = await shop.Create(pb.Toy(name="Box", custom={key: "77.25", f"{key}_currency": "RSD"}))
    limit = FieldAccess(TOY, f"custom.{key}{named}", "hidden")
    profile = await organisation.profile(Permission(TOY, **RIGHTS), fields=(limit,))
    sam = await organisation.person("Sam", profiles=(profile,))
    answers = await told(toys, sam, made)
    assert not [each for each in answers if b"77.25" in each or b"RSD" in each]
    asked = standard_pb2.ListRequest(filter=f"custom.{key}_currency = RSD")
    with pytest.raises(Invalid):
        await toys.stub(services.ToysStub, sam).List(asked)
    await organisation.custom(TOY, key, "money", gone=True)
    answers = await told(toys, await organisation.person("Kim"), made)
    assert not [each for each in answers if b"77.25" in each or b"RSD" in each]
