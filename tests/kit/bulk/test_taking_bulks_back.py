"""The way back from a bulk: everything says again what it said, and what was changed since is left."""

from typing import Any

import pytest
from crm.v1 import standard_pb2

from kit.access.entries import Permission
from kit.errors import Denied, Refused
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.conftest import Make
from tests.kit.bulk.doing import TOY, Doer, counts, patch
from tests.kit.toy.contract import pb, services


async def by_id(shop: Any, toy: Any) -> Any:
    return await shop.Get(standard_pb2.GetRequest(id=toy.id))


async def test_each_says_again_what_it_said_and_what_was_changed_since_is_listed(
    shop: Any, doer: Doer, made: Make
) -> None:
    those = await made(2, price="2.50", tags=["a"], custom={"color": "red"})
    [other] = await made(1)
    ids = [each.id for each in (*those, other)]
    new = {"price": "3", "due": "2026-01-02", "tags": ["b"], "custom": {"color": "blue"}}
    done = await doer.do(ids=ids, call=patch(**new))
    await shop.Update(pb.ToyPatch(record=pb.Toy(id=ids[0], pieces=4), mask={"paths": ["pieces"]}))
    back = await doer.undo(done)
    assert (back.action, back.undo_of, counts(back)) == ("undo", done.id, (2, 0, 1))
    assert [*await doer.refused(back)] == [ids[0]]
    first, second, third = [await by_id(shop, each) for each in (*those, other)]
    assert (first.price, first.pieces, first.custom["color"]) == ("3", 4, "blue")
    assert (second.price, second.due, second.tags, second.version) == ("2.50", "", ["a"], 3)
    assert dict(second.custom) == {"color": "red"}
    assert (third.price, list(third.tags), dict(third.custom)) == ("", [], {})
    told = await doer.get(done)
    assert (told.undone_by, told.undoable) == (back.id, False)
    with pytest.raises(Refused):
        await doer.undo(done)
    with pytest.raises(Refused):
        await doer.undo(back)


async def test_what_was_deleted_comes_back_and_what_was_restored_goes(
    shop: Any, doer: Doer, made: Make
) -> None:
    [toy] = await made(1)
    deleted = await doer.do(ids=[toy.id], action="delete")
    assert counts(await doer.undo(deleted)) == (1, 0, 0)
    assert (await by_id(shop, toy)).version == 3
    await doer.do(ids=[toy.id], action="delete")
    restored = await doer.do(ids=[toy.id], action="restore")
    assert counts(await doer.undo(restored)) == (1, 0, 0)
    assert (await doer.do(ids=[toy.id], action="restore")).changed == 1


async def test_whoever_handed_over_may_take_back_until_it_is_changed(
    toys: Serving, organisation: TestOrganisation, private: None, shop: Any, doer: Doer, made: Make
) -> None:
    """PA-34: the one who gave does not see it any more, and gets it back as it was left."""
    those = await made(2)
    eve = await organisation.person("Eve")
    done = await doer.do(ids=[each.id for each in those], call=patch(owner_id=str(eve.person_id)))
    assert counts(done) == (2, 0, 0)
    hers: Any = toys.stub(services.ToysStub, eve)
    await hers.Update(
        pb.ToyPatch(record=pb.Toy(id=those[0].id, pieces=1), mask={"paths": ["pieces"]})
    )
    back = await doer.undo(done)
    assert counts(back) == (1, 0, 1)
    assert (await by_id(hers, those[0])).pieces == 1
    assert (await by_id(shop, those[1])).owner_id == those[1].owner_id


async def test_nobody_takes_back_what_he_may_not_do_any_more(
    toys: Serving, organisation: TestOrganisation, made: Make
) -> None:
    [toy] = await made(1)
    profile = await organisation.profile(Permission(TOY, view=True, edit=True))
    kit = await organisation.person("Kit", profiles=(profile,))
    doer = Doer(toys, kit)
    done = await doer.do(ids=[toy.id], call=patch(pieces=2))
    await organisation.publish("profile", None, profile)
    with pytest.raises(Denied):
        await doer.undo(done)
    assert not (await doer.get(done)).undoable


async def test_a_trial_has_no_way_back(doer: Doer, made: Make) -> None:
    [toy] = await made(1)
    tried = await doer.do(ids=[toy.id], call=patch(pieces=2), dry_run=True)
    with pytest.raises(Refused):
        await doer.undo(tried)
    done = await doer.do(ids=[toy.id], call=patch(pieces=2))
    with pytest.raises(Refused):
        await doer.run(done)
