"""States that move in steps: the same for Update, for verbs and for files, and told to whoever draws them."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.entity import By, Step, Steps
from kit.errors import Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import WEAR, Toy


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    """The toys as Ana has them."""
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


def worn(made: Any, wear: str) -> Any:
    return pb.ToyPatch(record=pb.Toy(id=made.id, wear=wear), mask={"paths": ["wear"]})


async def test_a_state_moves_where_it_leads_and_nowhere_else(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Bear"))
    assert made.wear == "new"
    with pytest.raises(Invalid) as wrong:
        await shop.Update(worn(made, "gone"))
    assert wrong.value.fields == {"wear": "A toy that is new can only become: broken, used."}
    assert (await shop.Update(worn(made, "broken"))).wear == "broken"


async def test_a_move_of_a_verb_is_made_by_the_verb_alone(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Kite", wear="broken"))
    with pytest.raises(Invalid) as wrong:
        await shop.Update(worn(made, "used"))
    assert wrong.value.fields == {"wear": "Use Mend, which takes some glue."}
    assert (await shop.Mend(pb.Sale(id=made.id))).wear == "used"


async def test_a_verb_moves_as_the_steps_say_too(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Ball", wear="gone"))
    with pytest.raises(Invalid) as wrong:
        await shop.Mend(pb.Sale(id=made.id))
    assert wrong.value.fields == {"wear": "A toy that is gone stays so; make a new one."}


async def test_work_of_the_system_makes_the_moves_of_verbs_and_no_others(
    shop: Any, toys: Serving
) -> None:
    made = await shop.Create(pb.Toy(name="Train", wear="broken"))
    async with toys.process.work(Actor.system("toys.mending")) as work:
        (await work.get(Toy, made.id)).wear = "used"
    with pytest.raises(Invalid):
        async with toys.process.work(Actor.system("toys.mending")) as work:
            (await work.get(Toy, made.id)).wear = "new"
    assert (await shop.Get(standard_pb2.GetRequest(id=made.id))).wear == "used"


async def test_what_is_not_settled_is_found_by_a_filter(shop: Any) -> None:
    made = [await shop.Create(pb.Toy(name="Doll", wear=wear)) for wear in WEAR.options]
    ids = " OR ".join(each.id for each in made)
    asked = standard_pb2.ListRequest(filter=f"id = ({ids}) AND ({WEAR.open_in('wear')})")
    found = (await shop.List(asked)).items
    assert {each.wear for each in found} == set(WEAR.options) - WEAR.closed


async def test_what_follows_from_steps_is_described(
    toys: Serving, organisation: TestOrganisation
) -> None:
    beside = toys.stub(RecordsStub, await organisation.person("Ana"))
    told = (await beside.Describe(records_pb2.DescribeRequest())).entities
    toy = next(each for each in told if each.entity == "toys.Toy")
    wear = next(each for each in toy.fields if each.name == "wear")
    assert {each.value: (each.tone, each.closed) for each in wear.options} == {
        "new": ("green", False),
        "used": ("", False),
        "broken": ("amber", False),
        "gone": ("red", True),
    }
    assert list(toy.presentation.path.steps) == ["new", "used", "broken"]


def test_a_step_that_leads_nowhere_or_was_forgotten_is_found_at_once() -> None:
    with pytest.raises(TypeError, match="is one step"):
        Steps(("open", "closed"), (Step("open"),))
    with pytest.raises(TypeError, match="no step"):
        Steps(("open",), (Step("open", by=(By("Close", "shut", "Use Close."),)),))
