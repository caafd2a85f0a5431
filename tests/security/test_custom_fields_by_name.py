"""ID-10, ID-12: profiles limit a custom field by its name, as they limit any other."""

import pytest
from crm.v1 import records_pb2, standard_pb2

from kit.access.entries import FieldAccess, Permission
from kit.errors import Denied, Invalid
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.shop import TOY, Defining, Shop, define, key_of, shop, unique

__all__ = ["define", "shop"]


async def test_a_hidden_field_is_absent_everywhere(
    toys: Serving, shop: Shop, organisation: TestOrganisation, define: Defining
) -> None:
    """ID-10, ID-12: whatever stands beside it in the same record is seen."""
    key, open_key, value = key_of("secret"), key_of("open"), unique()
    await define(key, searched=True)
    await define(open_key)
    made = await shop.make(**{key: value, open_key: "seen"})
    await shop.change(made, **{key: value + "x"})
    limit = FieldAccess(TOY, f"custom.{key}", "hidden")
    profile = await organisation.profile(
        ALL, Permission(TOY, view=True, create=True, edit=True, view_all=True), fields=(limit,)
    )
    sam = Shop(toys, await organisation.person("Sam", profiles=(profile,)))
    one, mine = standard_pb2.GetRequest(id=made.id), f"id = {made.id}"
    history = records_pb2.HistoryRequest(entity=TOY, id=made.id)
    answers = [
        (await sam.typed.Get(one)).SerializeToString(),
        (await sam.ready.Get(one)).json,
        (await sam.typed.List(standard_pb2.ListRequest(filter=mine))).SerializeToString(),
        (await sam.ready.List(standard_pb2.ListRequest(filter=mine))).json,
        (await sam.beside.History(history)).SerializeToString(),
        (await sam.beside.Describe(records_pb2.DescribeRequest())).SerializeToString(),
        (await sam.change(made, **{open_key: "still"})).SerializeToString(),
    ]
    assert not [each for each in answers if value.encode() in each or key.encode() in each]
    assert all(b"s" in each for each in answers[:4])
    assert (await sam.shown(made))[open_key] == "still"
    assert (await shop.shown(made))[key] == value + "x"
    asked = [
        sam.find(f'custom.{key} = "{value}"'),
        sam.find(f"custom.{key}:*"),
        sam.find(mine, f"custom.{key}"),
        sam.beside.Aggregate(records_pb2.AggregateRequest(entity=TOY, group_by=[f"custom.{key}"])),
        sam.change(made, **{key: value + "x"}),
        sam.change(made, **{key: ""}),
        sam.make(**{key: "x"}),
    ]
    for question in asked:
        with pytest.raises(Invalid):
            await question
    found = await sam.typed.List(standard_pb2.ListRequest(search=value))
    assert not found.items
    await define(key)


async def test_a_field_to_read_is_shown_and_not_set(
    toys: Serving, shop: Shop, organisation: TestOrganisation, define: Defining
) -> None:
    """ID-12: what is sent back as it was read is no change."""
    key = key_of("kept")
    await define(key)
    made = await shop.make(**{key: "a"})
    profile = await organisation.profile(
        Permission(TOY, view=True, edit=True, view_all=True, edit_all=True),
        fields=(FieldAccess(TOY, f"custom.{key}", "read"),),
    )
    sam = Shop(toys, await organisation.person("Sam", profiles=(profile,)))
    assert (await sam.change(made, **{key: "a"})).custom[key] == "a"
    with pytest.raises(Denied) as refused:
        await sam.change(made, **{key: "b"})
    assert set(refused.value.fields) == {f"custom.{key}"}
    assert not (await sam.described(f"custom.{key}")).editable
