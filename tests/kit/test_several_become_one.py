"""PA-29: several records become one: what survives, what goes along, where ids lead, and the way back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from crm.v1 import merges_pb2 as pb
from crm.v1 import notes_pb2, records_pb2, standard_pb2
from crm.v1.merges_pb2_grpc import MergesStub
from crm.v1.notes_pb2_grpc import NotesStub
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, Moved, NotFound, Refused
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb as toy
from tests.kit.toy.contract import services
from tests.kit.toy.house import opened
from tests.kit.toy.shop import Defining, define, key_of, unique

__all__ = ["define"]

TOY = "toys.Toy"


class Merger:
    """Somebody who has toys, and makes one of several."""

    def __init__(self, toys: Serving, actor: Actor) -> None:
        self.actor = actor
        self.toys: Any = toys.stub(services.ToysStub, actor)
        self.merges: Any = toys.stub(MergesStub, actor)
        self.notes: Any = toys.stub(NotesStub, actor)
        self.records: Any = toys.stub(RecordsStub, actor)

    async def make(self, **values: Any) -> Any:
        return await self.toys.Create(toy.Toy(**{"name": unique(), **values}))

    async def get(self, made: Any) -> Any:
        return await self.toys.Get(standard_pb2.GetRequest(id=made.id))

    async def change(self, made: Any, **values: Any) -> Any:
        record = toy.Toy(id=made.id, **values)
        return await self.toys.Update(toy.ToyPatch(record=record, mask={"paths": list(values)}))

    async def merge(self, survivor: Any, *others: Any, key: str = "", **more: Any) -> pb.Merged:
        named = [pb.MergedRecord(id=each.id, version=each.version) for each in others]
        request = pb.MergeRequest(entity=TOY, id=survivor.id, others=named, **more)
        told: pb.Merged = await self.merges.Merge(request, key=key)
        return told

    async def undo(self, survivor: Any, merged: pb.Merged) -> pb.Unmerged:
        request = pb.UndoMergeRequest(entity=TOY, id=survivor.id, merge_id=merged.merge_id)
        told: pb.Unmerged = await self.merges.UndoMerge(request)
        return told

    async def note(self, made: Any, body: str) -> Any:
        return await self.notes.Create(notes_pb2.NewNote(entity=TOY, id=made.id, body=body))

    async def noted(self, made: Any) -> list[str]:
        page = await self.notes.List(notes_pb2.NotesRequest(entity=TOY, id=made.id))
        return sorted(each.body for each in page.items)

    async def history(self, made: Any) -> list[str]:
        page = await self.records.History(records_pb2.HistoryRequest(entity=TOY, id=made.id))
        return [each.what for each in page.items]


@pytest.fixture
async def ana(toys: Serving, organisation: TestOrganisation) -> Merger:
    return Merger(toys, await organisation.person("Ana"))


async def test_one_keeps_what_it_says_and_is_filled_from_the_others(ana: Merger) -> None:
    kept = await ana.make(note="mine", tags=["a"], custom={"size": "big"}, currency="EUR")
    other = await ana.make(
        note="theirs", email="x@example.com", tags=["a", "b"], price="7", currency="USD",
        parts=[toy.Part(name="wheel")], custom={"size": "small", "color": "red"},
    )  # fmt: skip
    await ana.merge(kept, other)
    now = await ana.get(kept)
    assert (now.note, now.email, list(now.tags)) == ("mine", "x@example.com", ["a", "b"])
    assert (now.price, now.currency) == ("7", "USD")
    assert [each.name for each in now.parts] == ["wheel"]
    assert dict(now.custom) == {"size": "big", "color": "red"}


async def test_custom_lists_are_united_and_an_amount_brings_its_currency(
    ana: Merger, define: Defining
) -> None:
    """PA-21, PA-29"""
    words, fee, other_fee = key_of("words"), key_of("money"), key_of("money")
    await define(words, "words")
    await define(fee, "money", initial="EUR")
    await define(other_fee, "money", initial="EUR")
    kept = await ana.make(custom={words: "a,b", other_fee: "1"})
    other = await ana.make(
        custom={words: "b,c", fee: "7", f"{fee}_currency": "USD", other_fee: "2"}
    )
    await ana.merge(kept, other)
    assert dict((await ana.get(kept)).custom) == {
        words: '["a","b","c"]',
        fee: "7",
        f"{fee}_currency": "USD",
        other_fee: "1",
        f"{other_fee}_currency": "EUR",
    }


async def test_whose_value_survives_may_be_chosen_even_where_no_two_say_the_same(
    ana: Merger,
) -> None:
    kept, other = await ana.make(code=unique(), tags=["a"]), await ana.make(code=unique())
    chosen = {"code": other.id, "tags": other.id, "name": other.id}
    merged = await ana.merge(kept, other, fields=chosen)
    now = await ana.get(kept)
    assert (now.code, now.name, list(now.tags)) == (other.code, other.name, [])
    await ana.undo(kept, merged)
    assert (await ana.get(kept)).code == kept.code
    assert (await ana.get(other)).code == other.code


async def test_a_trial_tells_each_field_and_changes_nothing(ana: Merger) -> None:
    kept, other = await ana.make(note="mine"), await ana.make(email="x@example.com")
    await ana.note(other, "called")
    told = await ana.merge(kept, other, dry_run=True)
    fields = {each.field: each for each in told.fields}
    assert fields["email"].survives == '"x@example.com"'
    assert dict(fields["note"].values) == {kept.id: '"mine"'}
    assert [(each.holder, each.count) for each in told.moves] == [("note", 1)]
    assert (told.merge_id, told.version) == ("", kept.version)
    assert (await ana.get(kept)).version == kept.version
    assert (await ana.get(other)).version == other.version


async def test_ids_lead_on_and_what_names_them_names_the_survivor(ana: Merger) -> None:
    kept, other, last = await ana.make(), await ana.make(), await ana.make()
    below = await ana.make(parent_id=other.id, friend_ids=[kept.id, other.id])
    await ana.note(other, "of the other")
    await ana.merge(kept, other)
    child = await ana.get(below)
    assert (child.parent_id, list(child.friend_ids)) == (kept.id, [kept.id])
    assert await ana.noted(kept) == ["of the other"]
    await ana.merge(last, await ana.get(kept))
    with pytest.raises(Moved) as moved:
        await ana.get(other)
    assert moved.value.moved_to == last.id
    assert (await ana.get(below)).parent_id == last.id
    late = await ana.make(parent_id=other.id, friend_ids=[other.id])
    assert (late.parent_id, list(late.friend_ids)) == (last.id, [last.id])
    assert set(await ana.history(last)) == {"created", "merged", "deleted"}


async def test_undone_both_stand_again_and_what_was_edited_since_is_kept(ana: Merger) -> None:
    kept, other = (
        await ana.make(note="mine"),
        await ana.make(email="x@e.example", site="https://e.example"),
    )
    below = [await ana.make(parent_id=other.id) for _ in range(3)]
    both = await ana.make(friend_ids=[other.id, kept.id])
    await ana.note(other, "of the other")
    merged = await ana.merge(kept, other)
    await ana.change(kept, site="https://edited.example")
    await ana.change(below[0], parent_id="")
    told = await ana.undo(kept, merged)
    assert (list(told.kept), list(told.restored), told.stayed) == (["site"], [other.id], 0)
    now, again = await ana.get(kept), await ana.get(other)
    assert (now.email, now.site, again.email) == ("", "https://edited.example", "x@e.example")
    assert [(await ana.get(each)).parent_id for each in below] == ["", other.id, other.id]
    assert set((await ana.get(both)).friend_ids) == {kept.id, other.id}
    assert (await ana.noted(kept), await ana.noted(other)) == ([], ["of the other"])
    left = await ana.merges.Referring(pb.ReferringRequest(entity=TOY, ids=[other.id]))
    assert [(each.id, each.state) for each in left.left] == [(below[0].id, "changed")]
    with pytest.raises(Refused):
        await ana.undo(kept, merged)


async def test_of_two_merges_the_later_is_undone_first(ana: Merger) -> None:
    first, second, third = await ana.make(), await ana.make(), await ana.make()
    below = await ana.make(parent_id=first.id)
    one = await ana.merge(second, first)
    two = await ana.merge(third, await ana.get(second))
    with pytest.raises(Moved):
        await ana.undo(second, one)
    await ana.undo(third, two)
    assert (await ana.get(below)).parent_id == second.id
    await ana.undo(second, one)
    assert (await ana.get(below)).parent_id == first.id


async def test_what_cannot_be_merged_says_why(ana: Merger) -> None:
    kept, other = await ana.make(), await ana.make()
    for others in ([], [kept], [other, other]):
        with pytest.raises(Invalid):
            await ana.merge(kept, *others)
    for fields in ({"name": "me"}, {"nothing": other.id}, {"name": str(UUID(int=1))}):
        with pytest.raises(Invalid):
            await ana.merge(kept, other, fields=fields)
    with pytest.raises(Invalid):
        await ana.merge(kept, other, fields={"state": other.id})
    await ana.change(other, note="changed since")
    with pytest.raises(Conflict):
        await ana.merge(kept, other)
    await ana.toys.Sell(toy.Sale(id=other.id))
    with pytest.raises(Refused):
        await ana.merge(kept, await ana.get(other))
    diary = pb.MergeRequest(entity="toys.Diary", id=kept.id, others=[pb.MergedRecord(id=other.id)])
    with pytest.raises(Invalid):
        await ana.merges.Merge(diary)


async def test_who_does_not_have_all_of_them_merges_nothing(
    ana: Merger, toys: Serving, organisation: TestOrganisation
) -> None:
    await opened(organisation, "private")
    try:
        bob = Merger(toys, await organisation.person("Bob"))
        mine, hers, second = await bob.make(), await ana.make(), await ana.make()
        for survivor, other in ((mine, hers), (hers, mine)):
            with pytest.raises(NotFound):
                await bob.merge(survivor, other)
        merged = await ana.merge(hers, second)
        for call in (bob.get(second), bob.undo(hers, merged), bob.history(second)):
            with pytest.raises(NotFound) as told:
                await call
            assert not isinstance(told.value, Moved)
        await opened(organisation, "read")
        with pytest.raises(Denied):
            await bob.merge(mine, hers)
    finally:
        await opened(organisation, "edit")


async def test_said_twice_it_is_done_once(ana: Merger) -> None:
    kept, other, key = await ana.make(), await ana.make(), unique()
    first = await ana.merge(kept, other, key=key)
    again = await ana.merge(kept, other, key=key)
    assert first == again
    listed = await ana.merges.List(pb.MergesRequest(entity=TOY, id=kept.id))
    assert [each.id for each in listed.items] == [first.merge_id]


async def test_of_two_who_merge_the_same_at_once_one_does(ana: Merger) -> None:
    one, two = await ana.make(), await ana.make()

    async def done(survivor: Any, other: Any) -> bool:
        try:
            await ana.merge(survivor, other)
        except (Conflict, NotFound):
            return False
        return True

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(done(*pair)) for pair in ((one, two), (two, one))]
    assert sorted(task.result() for task in tasks) == [False, True]
