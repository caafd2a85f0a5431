"""A unit of work is all or nothing, whether it is one statement or a transaction of several."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from kit.actor import calls
from kit.entity import Level
from kit.errors import Conflict
from kit.ids import uuid7
from kit.records import Work
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy

Open = Callable[[Work], Awaitable[Any]]


async def _by_itself(_: Work) -> None:
    """Nothing is to be kept or undone together with what is written."""


async def _together(work: Work) -> Any:
    return await work.run(text("select 1"))


EITHER_WAY = pytest.mark.parametrize("open_it", [_by_itself, _together])


class Room:
    """The toys, a person who works on them directly, and what has been written so far."""

    def __init__(self, toys: Serving, actor: Any) -> None:
        self.toys, self.actor = toys, actor
        self.shop = toys.stub(services.ToysStub, actor)

    def work(self) -> Any:
        calls(self.actor)
        return self.toys.process.work(self.actor)

    async def written(self) -> tuple[int, ...]:
        """How many rows, history entries and events there are."""
        counts = text(
            "select (select count(*) from toy), (select count(*) from history),"
            " (select count(*) from outbox)"
        )
        (row,) = await self.toys.process.database.rows(counts)
        return tuple(row)

    async def change(self, made: Any) -> None:
        """Somebody else's change."""
        patch = pb.Toy(id=made.id, name="Bear of another")
        await self.shop.Update(pb.ToyPatch(record=patch, mask={"paths": ["name"]}))


@pytest.fixture
async def room(toys: Serving, organisation: TestOrganisation) -> Room:
    return Room(toys, await organisation.person("Ada"))


@EITHER_WAY
async def test_what_somebody_else_changed_meanwhile_takes_all_of_it_back(
    room: Room, open_it: Open
) -> None:
    made = await room.shop.Create(pb.Toy(name="Bear"))
    toys, history, outbox = await room.written()

    async def change_too_late() -> None:
        async with room.work() as work:
            await open_it(work)
            (await work.get(Toy, made.id, Level.EDIT)).name = "Bear of mine"
            work.add(Toy(name="A second one"))
            await room.change(made)

    with pytest.raises(Conflict):
        await change_too_late()
    assert await room.written() == (toys, history + 1, outbox + 1)


@EITHER_WAY
async def test_what_somebody_else_changed_meanwhile_is_not_removed(
    room: Room, open_it: Open
) -> None:
    made = await room.shop.Create(pb.Toy(name="Bear"))
    toys, history, outbox = await room.written()

    async def remove_too_late() -> None:
        async with room.work() as work:
            await open_it(work)
            work.remove(await work.get(Toy, made.id, Level.EDIT))
            await room.change(made)

    with pytest.raises(Conflict):
        await remove_too_late()
    assert await room.written() == (toys, history + 1, outbox + 1)


@EITHER_WAY
async def test_a_failure_after_a_flush_leaves_nothing(room: Room, open_it: Open) -> None:
    async def fail() -> None:
        async with room.work() as work:
            await open_it(work)
            await work.show(work.add(Toy(name="Bear")))
            raise ZeroDivisionError

    before = await room.written()
    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await room.written() == before


async def test_several_kinds_of_change_are_one_statement(room: Room) -> None:
    """Made, changed and removed together, each with its history and its event."""
    kept = await room.shop.Create(pb.Toy(name="Bear"))
    gone = await room.shop.Create(pb.Toy(name="Doll"))
    toys, history, outbox = await room.written()
    async with room.work() as work:
        (await work.get(Toy, kept.id, Level.EDIT)).name = "Old bear"
        work.remove(await work.get(Toy, gone.id, Level.EDIT))
        made = [work.add(Toy(name=f"Toy {uuid7()}")) for _ in range(3)]
    assert await room.written() == (toys + 2, history + 5, outbox + 5)
    async with room.work() as work:
        assert (await work.get(Toy, kept.id)).version == 2
        assert {(await work.get(Toy, each.id)).name for each in made} == {
            each.name for each in made
        }


async def test_what_was_read_stands_in_the_transaction_that_is_begun_later(room: Room) -> None:
    made = await room.shop.Create(pb.Toy(name="Bear"))
    async with room.work() as work:
        toy = await work.get(Toy, made.id, Level.EDIT)
        toy.name = "Bear of mine"
        await _together(work)
        assert await work.get(Toy, made.id) is toy
        await work.flush()
        toy.name = "Bear of ours"
    async with room.work() as work:
        toy = await work.get(Toy, made.id)
        assert (toy.name, toy.version) == ("Bear of ours", 3)


async def test_many_rows_are_as_one(room: Room) -> None:
    """Values of every kind come back as they were written, one row or many."""
    async with room.work() as work:
        toys = [work.add(Toy(name=f"Many {uuid7()}", tags=["a", "b"], price=n)) for n in range(50)]
    async with room.work() as work:
        found = await work.all(Toy, Toy.id.in_([each.id for each in toys]))
        assert [(each.name, each.price, each.tags) for each in found] == [
            (each.name, each.price, each.tags) for each in sorted(toys, key=lambda each: each.id)
        ]
