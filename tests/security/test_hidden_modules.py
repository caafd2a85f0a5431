"""A module that all of somebody's profiles hide is not there, whichever way it is asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import Permission
from kit.actor import Actor
from kit.errors import Denied
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"
EVERYTHING = Permission(TOY, view=True, view_all=True, edit=True, edit_all=True)


async def without(organisation: TestOrganisation, module: str) -> Actor:
    """Somebody whose only profile hides a module and allows everything in it."""
    profile = await organisation.profile(ALL, EVERYTHING, hidden_modules=(module,))
    return await organisation.person("Mo", profiles=(profile,))


def ways(toys: Serving, actor: Actor, toy: Any) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Everything that may be asked of an entity."""
    shop, beside = toys.stub(services.ToysStub, actor), toys.stub(RecordsStub, actor)
    person, one = str(actor.person_id), {"entity": TOY, "id": toy.id}
    share = {"principal_kind": "person", "principal_id": person, "level": "read"}
    patch = pb.ToyPatch(record=pb.Toy(id=toy.id, note="Mine"), mask={"paths": ["note"]})
    return {
        "get": lambda: shop.Get(standard_pb2.GetRequest(id=toy.id)),
        "list": lambda: shop.List(standard_pb2.ListRequest()),
        "search": lambda: shop.List(standard_pb2.ListRequest(search="box")),
        "create": lambda: shop.Create(pb.Toy(name="New")),
        "update": lambda: shop.Update(patch),
        "delete": lambda: shop.Delete(standard_pb2.DeleteRequest(id=toy.id)),
        "history": lambda: beside.History(records_pb2.HistoryRequest(**one)),
        "titles": lambda: beside.Titles(records_pb2.TitlesRequest(entity=TOY, ids=[toy.id])),
        "find": lambda: beside.Find(
            records_pb2.FindRequest(entity=TOY, field="name", values=["B"])
        ),
        "figures": lambda: beside.Aggregate(records_pb2.AggregateRequest(entity=TOY)),
        "shares": lambda: beside.ListShares(records_pb2.GetShares(**one)),
        "share": lambda: beside.Share(records_pb2.ShareRequest(**one, **share)),
        "why": lambda: beside.Explain(records_pb2.ExplainRequest(**one)),
    }


async def answered(ask: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await ask()
    except Denied:
        return False
    return True


@pytest.mark.parametrize("module", ["toys", TOY])
async def test_a_hidden_module_is_obeyed_whatever_is_asked(
    toys: Serving, organisation: TestOrganisation, module: str
) -> None:
    """A3: a service or one entity; the rights of the same profile do not help."""
    ana = toys.stub(services.ToysStub, await organisation.person("Ana"))
    toy = await ana.Create(pb.Toy(name=f"Box {uuid7()}"))
    mo = await without(organisation, module)
    assert [way for way, ask in ways(toys, mo, toy).items() if await answered(ask)] == []
    told = await toys.stub(RecordsStub, mo).Describe(records_pb2.DescribeRequest())
    assert TOY not in [each.entity for each in told.entities]


async def test_one_profile_that_shows_a_module_is_enough(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """A3: profiles add up, so what one of them shows is there."""
    hiding = await organisation.profile(EVERYTHING, hidden_modules=("toys",))
    showing = await organisation.profile(hidden_modules=("chat",))
    mo = await organisation.person("Mo", profiles=(hiding, showing))
    await toys.stub(services.ToysStub, mo).List(standard_pb2.ListRequest())
