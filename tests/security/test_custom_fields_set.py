"""Custom fields are set by whoever may set them, stay within bounds, and are told to no one else."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from kit.access.entries import FieldAccess
from kit.errors import Conflict, Denied, Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy

TOY = "toys.Toy"


async def sam(organisation: TestOrganisation, access: str) -> Any:
    limit = FieldAccess(TOY, "custom", access)
    profile = await organisation.profile(ALL, fields=(limit,))
    return await organisation.person("Sam", profiles=(profile,))


def patch(made: Any, version: int | None = None, **values: Any) -> Any:
    mask = {"paths": list(values)}
    return pb.ToyPatch(record=pb.Toy(id=made.id, **values), mask=mask, version=version)


async def owned(toys: Serving, organisation: TestOrganisation, owner: Any) -> Any:
    """A toy with a custom field, made by somebody else for its owner."""
    shop = toys.stub(services.ToysStub, await organisation.person("Kim"))
    custom = {"region": f"w{uuid7().hex}"}
    return await shop.Create(pb.Toy(name="Box", owner_id=owner.name, custom=custom))


async def test_no_answer_to_a_change_shows_hidden_custom_fields(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """ID-14"""
    actor = await sam(organisation, "hidden")
    made = await owned(toys, organisation, actor)
    word = made.custom["region"].encode()
    typed, ready = (toys.stub(services.ToysStub, actor, json=json) for json in (False, True))
    assert word not in (await typed.Update(patch(made, pieces=1))).SerializeToString()
    assert word not in (await ready.Update(patch(made, pieces=2))).json
    with pytest.raises(Conflict) as stale:
        await typed.Update(patch(made, version=77, pieces=3))
    assert word not in (stale.value.current or b"")


async def test_custom_fields_to_read_are_shown_in_the_answer_to_a_change(
    toys: Serving, organisation: TestOrganisation
) -> None:
    actor = await sam(organisation, "read")
    made = await owned(toys, organisation, actor)
    changed = await toys.stub(services.ToysStub, actor).Update(patch(made, pieces=1))
    assert changed.custom == made.custom


@pytest.mark.parametrize(("access", "refusal"), [("hidden", Invalid), ("read", Denied)])
async def test_custom_fields_that_a_profile_keeps_are_not_set(
    toys: Serving, organisation: TestOrganisation, access: str, refusal: type[Exception]
) -> None:
    """ID-10"""
    actor = await sam(organisation, access)
    shop, made = toys.stub(services.ToysStub, actor), await owned(toys, organisation, actor)
    for asked in (
        shop.Create(pb.Toy(name="Box", custom={"region": "north"})),
        shop.Update(patch(made, custom={"region": "north"})),
    ):
        with pytest.raises(refusal) as refused:
            await asked
        assert set(refused.value.fields) == {"custom"}  # type: ignore[attr-defined]  # every problem has fields
    await shop.Create(pb.Toy(name="Box"))


async def test_custom_fields_are_bounded_over_all_changes_together(
    toys: Serving, organisation: TestOrganisation
) -> None:
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    full = {f"key_{number}": "x" for number in range(199)} | {"region": "x"}
    made = await shop.Create(pb.Toy(name="Box"))
    stored = update(Toy).where(Toy.id == UUID(made.id)).values(custom=full)
    async with toys.process.database.sessions.begin() as session:
        await session.execute(stored)
    with pytest.raises(Invalid) as wrong:
        await shop.Update(patch(made, custom={"size": "1"}))
    assert set(wrong.value.fields) == {"custom"}
    assert (await shop.Update(patch(made, custom={"region": "y"}))).custom["region"] == "y"
