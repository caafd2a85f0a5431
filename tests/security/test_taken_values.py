"""A value that is unique in the whole organisation: who meets it learns that it is taken, and no more."""

from typing import Any

import pytest
from crm.v1 import standard_pb2

from kit.errors import Conflict, NotFound
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"


@pytest.fixture
async def secret(toys: Serving, organisation: TestOrganisation) -> Any:
    """A toy that only Ana sees."""
    default = await organisation.default(TOY, "private")
    ana = await organisation.person("Ana")
    stub = toys.stub(services.ToysStub, ana)
    yield stub, await stub.Create(pb.Toy(name="Secret bear", code="B-77"))
    await organisation.publish("default", None, default)


async def refusal(call: Any) -> Conflict:
    with pytest.raises(Conflict) as refused:
        await call
    return refused.value


async def test_a_value_of_an_invisible_record_is_refused_like_that_of_any_other(
    secret: Any, toys: Serving, organisation: TestOrganisation
) -> None:
    """Low: a 409 tells a stranger what it tells the owner, and nothing of whose the record is"""
    hers, bear = secret
    his = toys.stub(services.ToysStub, await organisation.person("Ben"))
    kite = await his.Create(pb.Toy(name="Kite"))
    with pytest.raises(NotFound):
        await his.Get(standard_pb2.GetRequest(id=bear.id))

    changed = pb.ToyPatch(record=pb.Toy(id=kite.id, code="B-77"), mask={"paths": ["code"]})
    told = [
        await refusal(hers.Create(pb.Toy(name="Another", code="b-77"))),
        await refusal(his.Create(pb.Toy(name="Another", code="b-77"))),
        await refusal(his.Update(changed)),
    ]
    taken = {"code": "This value is taken already; choose another one."}
    assert [each.fields for each in told] == [taken] * 3
    assert len({(str(each), repr(each.__dict__)) for each in told}) == 1
