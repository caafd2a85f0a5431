"""Products and stages set the organisation up: all look at them, those with that right change them."""

from typing import Any

import pytest
from crm.sales.v1 import products_pb2, stages_pb2
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.sales.v1.stages_pb2_grpc import StagesStub
from crm.v1 import standard_pb2

from kit.access.entries import Permission
from kit.errors import Denied
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving

EVERYTHING = Permission(
    "*", view=True, create=True, edit=True, delete=True, view_all=True, edit_all=True
)


@pytest.mark.parametrize("line", [ALL, EVERYTHING])
async def test_no_star_of_a_profile_covers_what_sets_the_organisation_up(
    serving: Serving, organisation: TestOrganisation, line: Permission
) -> None:
    """A1: an agent reads products and stages, and makes, changes and deletes none."""
    agent, root = await organisation.person("Agent", line), await organisation.person("Root")
    name = f"One {uuid7()}"
    for stub, new, patch in (
        (ProductsStub, products_pb2.Product(name=name), products_pb2.ProductPatch),
        (
            StagesStub,
            stages_pb2.Stage(name=name, probability="5", position=7),
            stages_pb2.StagePatch,
        ),
    ):
        mine, theirs = serving.stub(stub, agent), serving.stub(stub, root)
        made = await theirs.Create(new)
        assert (await mine.Get(standard_pb2.GetRequest(id=made.id))).name == name
        assert (await mine.List(standard_pb2.ListRequest())).items
        for attempt in (
            mine.Create(type(new)(name=f"Mine {name}", **_rest(new))),
            mine.Update(patch(record=type(new)(id=made.id, name="Mine"), mask=_NAME)),
            mine.Delete(standard_pb2.DeleteRequest(id=made.id)),
        ):
            with pytest.raises(Denied):
                await attempt


_NAME = {"paths": ["name"]}


def _rest(new: Any) -> dict[str, Any]:
    return {"probability": "5", "position": 8} if isinstance(new, stages_pb2.Stage) else {}


async def test_a_line_of_its_own_opens_one_of_them(
    serving: Serving, organisation: TestOrganisation
) -> None:
    """A1: who keeps the products need not set up anything else."""
    products = Permission("sales.Product", view=True, create=True, edit=True)
    keeper = await organisation.person("Keeper", ALL, products)
    await serving.stub(ProductsStub, keeper).Create(products_pb2.Product(name=f"One {uuid7()}"))
    stage = stages_pb2.Stage(name=f"One {uuid7()}", probability="5", position=9)
    with pytest.raises(Denied):
        await serving.stub(StagesStub, keeper).Create(stage)
