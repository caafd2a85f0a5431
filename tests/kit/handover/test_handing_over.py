"""PA-34, SC-25: what a person has goes to another by one decision, in sight or out of it, and comes back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from crm.v1 import bulk_pb2, standard_pb2
from crm.v1 import hand_overs_pb2 as pb
from crm.v1.bulk_pb2_grpc import BulksStub
from crm.v1.hand_overs_pb2_grpc import HandOversStub
from sqlalchemy import select, update

from kit.access.entries import Permission
from kit.access.policy import DECISION
from kit.actor import Actor
from kit.bulk.tables import bulk_job, bulk_row
from kit.errors import Denied, Invalid, NotFound
from kit.handover.listening import take_over
from kit.ids import uuid7
from kit.records.tables import history
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb as toys_pb
from tests.kit.toy.contract import services
from tests.kit.toy.model import Toy

TOY = "toys.Toy"


class Office:
    """Ana, who leaves, Ben, who takes over, and Dana, who decides it and sees no toy of theirs."""

    def __init__(self, toys: Serving, ana: Actor, ben: Actor, dana: Actor) -> None:
        self.toys, self.ana, self.ben, self.dana = toys, ana, ben, dana
        self.shop: Any = toys.stub(services.ToysStub, ana)

    def asking(self, who: Actor | None = None) -> Any:
        return self.toys.stub(HandOversStub, who or self.dana)

    async def made(self, number: int, **values: Any) -> list[str]:
        return [
            (await self.shop.Create(toys_pb.Toy(name=f"Toy {place}", **values))).id
            for place in range(number)
        ]

    def decision(self, **said: Any) -> pb.HandOverDecided:
        whose = {"person_id": self.ana.name, "successor_id": self.ben.name}
        by = {"decided_by": self.dana.name}
        return pb.HandOverDecided(**({"id": str(uuid7())} | by | whose | said))

    async def hears(self, event: pb.HandOverDecided) -> None:
        async with self.toys.process.work(Actor.system("toys.take_over")) as work:
            await take_over(event, work)

    async def part(self, event: pb.HandOverDecided) -> pb.HandOverPart:
        """What the service does of it, once it is done."""
        while True:
            told = await self.asking().Get(pb.HandOverRequest(id=event.id))
            [part] = told.items
            way = part.back if event.taken_back else part.run
            if way.ended_at:
                return part  # type: ignore[no-any-return]  # of an untyped stub
            await asyncio.sleep(0.02)

    async def owners(self, *ids: str) -> list[Actor]:
        """Whose they are by now."""
        names = {each.person_id: each for each in (self.ana, self.ben, self.dana)}
        row = _owned(ids)
        found = {
            each.id: names[each.owner_id] for each in await self.toys.process.database.rows(row)
        }
        return [found[UUID(each)] for each in ids]

    async def rows(self, event: pb.HandOverDecided, **asked: Any) -> list[bulk_pb2.BulkRow]:
        request = pb.HandOverRowsRequest(id=event.id, entity=TOY, **asked)
        return list((await self.asking().Rows(request)).items)


def _owned(ids: tuple[str, ...]) -> Any:
    table = Toy.__table__.c
    return select(table.id, table.owner_id).where(table.id.in_([UUID(each) for each in ids]))


@pytest.fixture
async def office(toys: Serving, organisation: TestOrganisation, private: None) -> Office:
    ana, ben = await organisation.person("Ana"), await organisation.person("Ben")
    everything = Permission("*", view=True, create=True, edit=True, delete=True)
    dana = await organisation.person("Dana", everything, Permission(DECISION, create=True))
    return Office(toys, ana, ben, dana)


def counts(bulk: bulk_pb2.Bulk) -> tuple[int, int, int]:
    return bulk.changed, bulk.unchanged, bulk.refused


async def test_all_that_is_open_goes_and_what_has_ended_stays(office: Office) -> None:
    """By whoever decides it, who counts what goes and sees none of it."""
    going, over = await office.made(2), await office.made(1, wear="gone")
    [binned] = await office.made(1)
    await office.shop.Delete(standard_pb2.DeleteRequest(id=binned))
    asked = pb.HoldingsRequest(person_id=office.ana.name)
    [holding] = (await office.asking().Count(asked)).items
    assert (holding.entity, holding.open, holding.ended) == (TOY, 2, 1)
    event = office.decision()
    await office.hears(event)
    part = await office.part(event)
    assert (part.entity, part.successor_id, part.run.action) == (TOY, office.ben.name, "hand-over")
    assert (part.run.state, counts(part.run)) == ("done", (2, 0, 0))
    assert await office.owners(*going, *over, binned) == [office.ben] * 2 + [office.ana] * 2
    rows = select(history).where(history.c.record_id == UUID(going[0]), history.c.what == "updated")
    [change] = await office.toys.process.database.rows(rows)
    assert change.actor == office.dana.name
    assert change.changes == {"owner_id": [office.ana.name, office.ben.name]}
    hers: Any = office.toys.stub(services.ToysStub, office.dana)
    with pytest.raises(NotFound):
        await hers.Get(standard_pb2.GetRequest(id=going[0]))


async def test_what_has_ended_goes_along_where_it_is_said_and_nothing_goes_twice(
    office: Office,
) -> None:
    await office.made(1, wear="gone")
    again = office.decision(ended=True)
    await office.hears(again)
    assert counts((await office.part(again)).run) == (1, 0, 0)
    nothing = office.decision(ended=True)
    await office.hears(nothing)
    assert not (await office.asking().Get(pb.HandOverRequest(id=nothing.id))).items


async def test_it_goes_on_where_it_was_left_and_comes_back_to_whoever_has_left(
    office: Office, organisation: TestOrganisation
) -> None:
    """What somebody changed since stays as it is; why is told in full of what is in sight."""
    ids = sorted(await office.made(3))
    event = office.decision()
    database = office.toys.process.database
    async with office.toys.process.work(Actor.system("toys.take_over")) as work:
        await take_over(event, work)
        # As a process leaves it that was killed after the first row, which somebody else had taken.
        [job] = await work.rows(select(bulk_job).where(bulk_job.c.hand_over_id == UUID(event.id)))
        first = (bulk_row.c.job_id == job.id, bulk_row.c.number == 1)
        await work.run(update(bulk_row).where(*first).values(state="unchanged"))
        place = update(bulk_job).where(bulk_job.c.id == job.id)
        await work.run(place.values(position=1, unchanged=1, leased_by=uuid7()))
    assert counts((await office.part(event)).run) == (2, 1, 0)
    assert await office.owners(*ids) == [office.ana, office.ben, office.ben]
    bens: Any = office.toys.stub(services.ToysStub, office.ben)
    patch = toys_pb.ToyPatch(record=toys_pb.Toy(id=ids[1], pieces=4), mask={"paths": ["pieces"]})
    await bens.Update(patch)
    await organisation.leave(office.ana)
    back = office.decision(id=event.id, taken_back=True)
    await office.hears(back)
    assert counts((await office.part(back)).back) == (1, 0, 1)
    assert await office.owners(*ids) == [office.ana, office.ben, office.ana]
    [refused] = await office.rows(back, state="refused", back=True)
    assert refused.record_id == ids[1]
    assert [*refused.reasons.values()] == [
        "It was left as it is; whoever sees the record and changes its owner is told why."
    ]
    assert len(await database.rows(select(bulk_row).where(bulk_row.c.job_id == job.id))) == 3


async def test_single_kinds_go_to_others_or_stay(
    office: Office, organisation: TestOrganisation
) -> None:
    """One whose profile shows no such records takes none over, which is said before and after."""
    [toy] = await office.made(1)
    stays = office.decision(successions=[{"entity": TOY}])
    await office.hears(stays)
    assert not (await office.asking().Get(pb.HandOverRequest(id=stays.id))).items
    eve = await organisation.person("Eve", Permission("other.Thing", view=True))
    asked = pb.HoldingsRequest(person_id=office.ana.name, successor_id=eve.name)
    assert [each.out_of_sight for each in (await office.asking().Count(asked)).items] == [True]
    blind = office.decision(successions=[{"entity": TOY, "successor_id": eve.name}])
    await office.hears(blind)
    part = await office.part(blind)
    assert (part.run.state, part.run.error) == (
        "failed",
        "Eve may see no toys; choose somebody else.",
    )
    assert await office.owners(toy) == [office.ana]


async def test_nobody_without_the_right_learns_of_it(
    office: Office, organisation: TestOrganisation
) -> None:
    """Nor is it a bulk of somebody, who could take it back or count it among the own."""
    await office.made(1)
    event = office.decision()
    await office.hears(event)
    part = await office.part(event)
    for who in (office.ana, await organisation.person("Eve", Permission("*", view_all=True))):
        stub = office.asking(who)
        with pytest.raises(Denied):
            await stub.Count(pb.HoldingsRequest(person_id=office.ana.name))
        with pytest.raises(Denied):
            await stub.Get(pb.HandOverRequest(id=event.id))
        with pytest.raises(Denied):
            await stub.Rows(pb.HandOverRowsRequest(id=event.id, entity=TOY))
    bulks: Any = office.toys.stub(BulksStub, office.dana)
    for call in (bulks.Get, bulks.Undo, bulks.Run):
        with pytest.raises(NotFound):
            await call(bulk_pb2.BulkId(id=part.run.id))
    with pytest.raises(Invalid):
        await bulks.Start(bulk_pb2.BulkRequest(entity=TOY, all=True, action="hand-over"))
    with pytest.raises(Invalid):
        await office.asking().Count(pb.HoldingsRequest(person_id="nobody"))


async def test_what_is_decided_by_somebody_who_lost_the_right_is_not_done(
    office: Office, organisation: TestOrganisation
) -> None:
    [toy] = await office.made(1)
    eve = await organisation.person("Eve", Permission("*", view=True))
    event = office.decision(decided_by=eve.name)
    await office.hears(event)
    part = await office.part(event)
    assert (part.run.state, part.run.error) == (
        "failed",
        "Your profile does not let you hand over what people have.",
    )
    assert await office.owners(toy) == [office.ana]
