"""Read, edit and full: what each level of a share lets somebody do, and what sharing leaves behind."""

import json
from typing import Any

import pytest
from crm.v1 import events_pb2, records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.errors import Denied, Invalid
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"


class Toy:
    """One toy of Ana's, and what others may do with it."""

    def __init__(self, toys: Serving, owner: Any, made: Any) -> None:
        self.toys, self.owner, self.made = toys, owner, made

    def stub(self, person: Any) -> Any:
        return self.toys.stub(services.ToysStub, person)

    def records(self, person: Any) -> Any:
        return self.toys.stub(RecordsStub, person)

    async def share(self, by: Any, to: Any, level: str) -> Any:
        request = records_pb2.ShareRequest(
            entity=TOY,
            id=self.made.id,
            principal_kind="person",
            principal_id=str(to.person_id),
            level=level,
        )
        return await self.records(by).Share(request)

    async def change(self, person: Any, **values: Any) -> Any:
        record = pb.Toy(id=self.made.id, **values)
        return await self.stub(person).Update(pb.ToyPatch(record=record, mask={"paths": [*values]}))

    async def history(self) -> list[Any]:
        asked = records_pb2.HistoryRequest(entity=TOY, id=self.made.id)
        return list((await self.records(self.owner).History(asked)).items)


@pytest.fixture
async def toy(toys: Serving, organisation: TestOrganisation) -> Any:
    """A toy that nobody sees by default."""
    default = await organisation.default(TOY, "private")
    ana = await organisation.person("Ana")
    made = await toys.stub(services.ToysStub, ana).Create(pb.Toy(name="Bear"))
    yield Toy(toys, ana, made)
    await organisation.publish("default", None, default)


async def test_who_may_edit_shares_nothing_on_takes_nothing_over_and_deletes_nothing(
    toy: Toy, organisation: TestOrganisation
) -> None:
    """S14, S12"""
    eve, bob = await organisation.person("Eve"), await organisation.person("Bob")
    await toy.share(toy.owner, eve, "edit")
    assert (await toy.change(eve, note="Mended")).note == "Mended"
    for attempt in (
        toy.share(eve, bob, "read"),
        toy.change(eve, owner_id=str(eve.person_id)),
        toy.stub(eve).Delete(standard_pb2.DeleteRequest(id=toy.made.id)),
    ):
        with pytest.raises(Denied):
            await attempt
    assert (await toy.stub(toy.owner).Get(standard_pb2.GetRequest(id=toy.made.id))).note == "Mended"


async def test_who_has_it_in_full_shares_on_and_deletes(
    toy: Toy, organisation: TestOrganisation
) -> None:
    """S14"""
    eve, bob = await organisation.person("Eve"), await organisation.person("Bob")
    await toy.share(toy.owner, eve, "full")
    await toy.share(eve, bob, "read")
    assert (await toy.stub(bob).Get(standard_pb2.GetRequest(id=toy.made.id))).id == toy.made.id
    asked = records_pb2.ExplainRequest(entity=TOY, id=toy.made.id, person_id=str(eve.person_id))
    assert (await toy.records(toy.owner).Explain(asked)).level == "full"
    await toy.stub(eve).Delete(standard_pb2.DeleteRequest(id=toy.made.id))


async def test_an_entity_open_for_editing_is_not_open_for_deleting(
    toy: Toy, organisation: TestOrganisation
) -> None:
    """S14: with the default edit everybody changes fields; with full everybody deletes too."""
    eve = await organisation.person("Eve")
    edit = await organisation.default(TOY, "edit")
    with pytest.raises(Denied):
        await toy.stub(eve).Delete(standard_pb2.DeleteRequest(id=toy.made.id))
    await organisation.publish("default", None, edit)
    full = await organisation.default(TOY, "full")
    await toy.stub(eve).Delete(standard_pb2.DeleteRequest(id=toy.made.id))
    await organisation.publish("default", None, full)


async def test_a_level_that_does_not_exist_is_refused(
    toy: Toy, organisation: TestOrganisation
) -> None:
    eve = await organisation.person("Eve")
    with pytest.raises(Invalid) as wrong:
        await toy.share(toy.owner, eve, "everything")
    assert set(wrong.value.fields) == {"level"}


async def test_sharing_is_in_the_history_and_told_and_makes_nobody_s_view_stale(
    toy: Toy, organisation: TestOrganisation
) -> None:
    """S12"""
    eve = await organisation.person("Eve")
    seen = toy.made.version
    await toy.share(toy.owner, eve, "read")
    last = (await toy.history())[0]
    assert (last.what, last.actor, last.changes[0].field) == ("shared", toy.owner.name, "access")
    assert json.loads(last.changes[0].after) == [f"person:{eve.person_id}:read"]
    told = map(events_pb2.RecordChanged.FromString, await toy.toys.announced("crm.toys.toy.shared"))
    (event,) = [each for each in told if each.id == toy.made.id]
    assert event.version == seen + 1
    assert len(event.copy.keys) == len((await _before(toy)).copy.keys) + 1
    record = pb.Toy(id=toy.made.id, note="Still my view")
    patch = pb.ToyPatch(record=record, mask={"paths": ["note"]}, version=seen)
    assert (await toy.stub(toy.owner).Update(patch)).note == "Still my view"


async def _before(toy: Toy) -> Any:
    told = map(
        events_pb2.RecordChanged.FromString, await toy.toys.announced("crm.toys.toy.created")
    )
    return next(each for each in told if each.id == toy.made.id)
