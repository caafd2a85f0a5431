"""Who has left is given nothing new, and keeps what is there until it is handed over."""

from uuid import UUID

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


@pytest.fixture
async def gone(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Gone", status="inactive")


async def test_nothing_is_given_to_somebody_who_has_left(
    toys: Serving, organisation: TestOrganisation, gone: Actor
) -> None:
    """A6: neither a new record, nor one handed over, nor a share; a sentence names the field."""
    ana = await organisation.person("Ana")
    shop, beside = toys.stub(services.ToysStub, ana), toys.stub(RecordsStub, ana)
    with pytest.raises(Invalid, match="Gone is inactive") as wrong:
        await shop.Create(pb.Toy(name="Box", owner_id=str(gone.person_id)))
    assert set(wrong.value.fields) == {"owner_id"}
    toy = await shop.Create(pb.Toy(name="Box"))
    handed = pb.ToyPatch(
        record=pb.Toy(id=toy.id, owner_id=str(gone.person_id)), mask={"paths": ["owner_id"]}
    )
    with pytest.raises(Invalid, match="Gone is inactive"):
        await shop.Update(handed)
    share = records_pb2.ShareRequest(
        entity="toys.Toy",
        id=toy.id,
        principal_kind="person",
        principal_id=str(gone.person_id),
        level="read",
    )
    with pytest.raises(Invalid) as wrong:
        await beside.Share(share)
    assert set(wrong.value.fields) == {"principal_id"}


async def test_what_somebody_has_stays_until_it_is_handed_over(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """A6: others go on with it, the owner unchanged."""
    bob = await organisation.person("Bob")
    ana = await organisation.person(
        "Ana", Permission("*", view=True, edit=True, edit_all=True, create=True)
    )
    shop = toys.stub(services.ToysStub, ana)
    toy = await shop.Create(pb.Toy(name="Box", owner_id=str(bob.person_id)))
    await organisation.leave(bob)
    changed = await shop.Update(
        pb.ToyPatch(record=pb.Toy(id=toy.id, note="Still here"), mask={"paths": ["note"]})
    )
    assert UUID(changed.owner_id) == bob.person_id
    new = pb.Toy(id=toy.id, owner_id=str(ana.person_id))
    await shop.Update(pb.ToyPatch(record=new, mask={"paths": ["owner_id"]}))
