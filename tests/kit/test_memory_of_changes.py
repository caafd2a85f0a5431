"""History and events stand in the transaction of the change that caused them, or nowhere."""

import json
from typing import Any

import pytest
from crm.v1 import events_pb2, records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.errors import Invalid, NotFound, Problem
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


class Desk:
    """One person's way to the toys and to what stands beside them."""

    def __init__(self, toys: Serving, actor: Any) -> None:
        self.toys, self.actor = toys, actor
        self.shop = toys.stub(services.ToysStub, actor)
        self.beside = toys.stub(RecordsStub, actor)

    async def history(self, made: Any) -> list[Any]:
        asked = records_pb2.HistoryRequest(entity="toys.Toy", id=made.id)
        return list((await self.beside.History(asked)).items)

    async def events(self, what: str, record: str) -> list[Any]:
        bodies = await self.toys.announced(f"crm.toys.toy.{what}")
        kind = pb.ToySold if what == "sold" else events_pb2.RecordChanged
        return [each for each in map(kind.FromString, bodies) if each.id == record]


@pytest.fixture
async def desk(toys: Serving, organisation: TestOrganisation) -> Desk:
    return Desk(toys, await organisation.person("Cleo"))


def _changes(entry: Any) -> dict[str, tuple[Any, Any]]:
    return {
        each.field: (json.loads(each.before or "null"), json.loads(each.after or "null"))
        for each in entry.changes
    }


async def test_the_history_tells_who_changed_what_from_what_to_what(desk: Desk) -> None:
    made = await desk.shop.Create(pb.Toy(name="Bear", price="3.5", tags=["soft"]))
    toy = pb.Toy(id=made.id, name="Bear", price="4", tags=["soft", "old"])
    await desk.shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["name", "price", "tags"]}))
    changed, created = await desk.history(made)
    assert _changes(changed) == {
        "price": ("3.5", "4"),
        "tags": (["soft"], ["soft", "old"]),
    }
    assert (changed.what, changed.version, changed.actor) == ("updated", 2, desk.actor.name)
    assert _changes(created)["name"] == (None, "Bear")


async def test_each_change_is_told_with_the_record_before_and_after(desk: Desk) -> None:
    made = await desk.shop.Create(pb.Toy(name="Car"))
    toy = pb.Toy(id=made.id, name="Van")
    await desk.shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["name"]}))
    (told,) = await desk.events("updated", made.id)
    before, after = pb.Toy(), pb.Toy()
    assert told.before.Unpack(before)
    assert told.after.Unpack(after)
    assert (before.name, before.version, after.name, after.version) == ("Car", 1, "Van", 2)
    assert set(told.changed) == {"name", "caption"}
    assert len(await desk.events("created", made.id)) == 1


async def test_a_change_that_changes_nothing_leaves_no_trace(desk: Desk) -> None:
    made = await desk.shop.Create(pb.Toy(name="Same", price="1.00"))
    toy = pb.Toy(id=made.id, name="Same", price="1.00")
    again = await desk.shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["name", "price"]}))
    assert again.version == 1
    assert len(await desk.history(made)) == 1
    assert await desk.events("updated", made.id) == []


async def test_a_rule_announces_what_a_change_means(desk: Desk) -> None:
    made = await desk.shop.Create(pb.Toy(name="Doll"))
    await desk.shop.Sell(pb.Sale(id=made.id, note="cash"))
    (sold,) = await desk.events("sold", made.id)
    assert sold.note == "cash"


async def test_what_fails_leaves_neither_change_nor_history_nor_event(desk: Desk) -> None:
    made = await desk.shop.Create(pb.Toy(name="Fall"))
    with pytest.raises(Problem):
        await desk.shop.Sell(pb.Sale(id=made.id, note="and fall"), key=uuid7().hex)
    assert [each.what for each in await desk.history(made)] == ["created"]
    assert await desk.events("sold", made.id) == []
    assert await desk.events("updated", made.id) == []


async def test_a_removed_record_is_told_with_what_it_was(desk: Desk) -> None:
    from crm.v1 import standard_pb2

    made = await desk.shop.Create(pb.Toy(name="Gone"))
    await desk.shop.Delete(standard_pb2.DeleteRequest(id=made.id))
    (told,) = await desk.events("deleted", made.id)
    before = pb.Toy()
    assert told.before.Unpack(before)
    assert before.name == "Gone"
    assert not told.HasField("after")


async def test_a_history_is_read_in_pages_by_those_who_may_see_the_record(
    desk: Desk, toys: Serving, organisation: TestOrganisation
) -> None:
    made = await desk.shop.Create(pb.Toy(name="0"))
    for number in range(1, 4):
        toy = pb.Toy(id=made.id, name=str(number))
        await desk.shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["name"]}))
    asked = records_pb2.HistoryRequest(entity="toys.Toy", id=made.id, page_size=3)
    first = await desk.beside.History(asked)
    asked.page_token = first.page.next_page_token
    second = await desk.beside.History(asked)
    assert [each.version for each in (*first.items, *second.items)] == [4, 3, 2, 1]
    assert second.page.next_page_token == ""
    asked.page_token = "x"
    with pytest.raises(Invalid):
        await desk.beside.History(asked)
    with pytest.raises(NotFound):
        await desk.beside.History(records_pb2.HistoryRequest(entity="toys.Toy", id=str(uuid7())))
