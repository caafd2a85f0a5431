"""The same done to many: each row by the rules of a change by hand, with its result and the way back."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.notices_pb2 import NoticeGiven
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import select

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.records.tables import history
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.conftest import Make, many
from tests.kit.bulk.doing import TOY, Doer, counts, packed, patch
from tests.kit.toy.contract import pb


async def told_of(toys: Serving, made: list[Any]) -> list[Any]:
    """The changes that history has of these toys."""
    ids = [each.id for each in made]
    rows = select(history).where(history.c.record_id.in_(ids), history.c.what == "updated")
    return await toys.process.database.rows(rows.order_by(history.c.seq))


async def by_id(shop: Any, toy: Any) -> Any:
    return await shop.Get(standard_pb2.GetRequest(id=toy.id))


async def test_each_gets_the_value_its_history_and_its_event(
    toys: Serving, ana: Actor, shop: Any, doer: Doer, made: Make
) -> None:
    """PA-20: a change of many is that of each."""
    those, before = await made(3), len(await toys.announced("crm.toys.toy.updated"))
    done = await doer.do(ids=[each.id for each in those], call=patch(secret="s", pieces=3))
    assert (done.state, done.rows, done.settled, counts(done)) == ("done", 3, 3, (3, 0, 0))
    assert list(done.fields) == ["pieces", "secret"]
    assert done.undoable
    after = [await by_id(shop, each) for each in those]
    assert [(each.secret, each.pieces, each.version) for each in after] == [("s", 3, 2)] * 3
    told = await told_of(toys, those)
    assert [row.changes["secret"] for row in told] == [[None, "s"]] * 3
    assert {row.actor for row in told} == {str(ana.person_id)}
    assert len(await toys.announced("crm.toys.toy.updated")) == before + 3


async def test_what_a_filter_finds_is_changed_and_more_than_a_batch_behind_the_answer(
    toys: Serving, ana: Actor, shop: Any, doer: Doer, word: str
) -> None:
    await many(toys, ana, word, 201)
    begun = await doer.start(filter=f'note = "{word}"', call=patch(pieces=7))
    assert (begun.rows, begun.settled >= 200, begun.dry_run) == (201, True, False)
    done = await doer.ended(begun)
    assert counts(done) == (201, 0, 0)
    told = map(NoticeGiven.FromString, await toys.announced("crm.toys.notice.given"))
    [end] = [each for each in told if each.work_id == f"toys.{begun.id.rpartition('.')[2]}"]
    assert (end.work, end.work_name, end.what) == ("bulk", "201", "done")
    assert [(to.person_id, to.kind) for to in end.addressees] == [(ana.name, "completed")]
    found = await shop.List(
        standard_pb2.ListRequest(filter=f'note = "{word}" AND pieces = 7', count=True)
    )
    assert found.page.total == 201
    again = await doer.do(filter=f'note = "{word}"', call=patch(pieces=7))
    assert (counts(again), again.undoable) == ((0, 201, 0), False)


async def test_one_that_is_refused_takes_no_other_with_it(
    doer: Doer, shop: Any, made: Make
) -> None:
    """A rule over the whole record, an index of the database, and a move that is not legal."""
    those = await made(3, price="5")
    ids = [each.id for each in those]
    await shop.Update(pb.ToyPatch(record=pb.Toy(id=ids[1], wear="used"), mask={"paths": ["wear"]}))
    done = await doer.do(ids=ids, call=patch(wear="used"))
    assert counts(done) == (2, 1, 0)
    gone = await doer.do(ids=[*ids[:2], str(uuid7())], call=patch(wear="broken"))
    assert counts(gone) == (2, 0, 1)
    moved = await doer.do(ids=ids, call=patch(wear="used"))
    assert counts(moved) == (0, 1, 2)
    why = await doer.refused(moved)
    assert [*why[ids[0]]] == ["wear"]
    assert "Use Mend" in why[ids[0]]["wear"]
    code = uuid7().hex
    coded = await doer.do(ids=ids, call=patch(code=code))
    assert counts(coded) == (1, 0, 2)
    assert {reason["code"] for reason in (await doer.refused(coded)).values()} == {
        "This value is taken already; choose another one."
    }
    wrong = await doer.do(ids=ids, call=patch(price="-1"))
    assert counts(wrong) == (0, 0, 3)
    assert {each.version for each in [await by_id(shop, toy) for toy in those]} <= {2, 3, 4}


async def test_rows_say_why_and_what_is_out_of_sight_is_not_found(
    toys: Serving, organisation: TestOrganisation, private: None, made: Make, doer: Doer
) -> None:
    """A row that one may see and not change is told from one that one may not see."""
    [seen, hidden] = await made(2)
    eve = await organisation.person("Eve")
    aside: Any = toys.stub(RecordsStub, doer.actor)
    share = {"principal_kind": "person", "principal_id": str(eve.person_id), "level": "read"}
    await aside.Share(records_pb2.ShareRequest(entity=TOY, id=seen.id, **share))
    her = Doer(toys, eve)
    done = await her.do(ids=[seen.id, hidden.id, str(uuid7())], call=patch(secret="hers"))
    why = await her.refused(done)
    assert counts(done) == (0, 0, 3)
    assert why[seen.id] == {"": "You may read this record but not change it."}
    assert why[hidden.id] == {"": "There is no such record, or you may not see it."}
    assert len({str(each) for key, each in why.items() if key != seen.id}) == 1
    found = await her.do(all=True, call=patch(secret="hers"))
    assert (found.rows, found.refused) == (1, 1)
    with pytest.raises(NotFound):
        await her.get(await doer.do(ids=[seen.id], call=patch(secret="x")))


async def test_a_trial_changes_nothing_and_is_done_to_the_same_records(
    shop: Any, doer: Doer, made: Make, word: str
) -> None:
    [first, second] = await made(2)
    tried = await doer.do(filter=f'note = "{word}"', call=patch(price="-1"), dry_run=True)
    assert (tried.dry_run, counts(tried), tried.undoable) == (True, (0, 0, 2), False)
    tried = await doer.do(filter=f'note = "{word}"', call=patch(price="1"), dry_run=True)
    assert counts(tried) == (2, 0, 0)
    assert (await by_id(shop, first)).version == 1
    [third] = await made(1)
    done = await doer.run(tried)
    assert counts(done) == (2, 0, 0)
    assert [(await by_id(shop, each)).price for each in (first, second, third)] == ["1", "1", ""]


async def test_deleting_and_restoring_go_by_the_bin(shop: Any, doer: Doer, made: Make) -> None:
    those = await made(3)
    ids = [each.id for each in those]
    await shop.Sell(pb.Sale(id=ids[2]))
    done = await doer.do(ids=ids, action="delete")
    assert counts(done) == (2, 0, 1)
    assert (await doer.refused(done))[ids[2]] == {"": "A sold toy stays in the books."}
    with pytest.raises(NotFound):
        await by_id(shop, those[0])
    back = await doer.do(ids=ids, action="restore")
    assert counts(back) == (2, 0, 1)
    assert (await by_id(shop, those[0])).version == 3


async def test_the_same_call_again_is_the_same_bulk(doer: Doer, made: Make, shop: Any) -> None:
    [toy] = await made(1)
    key, asked = uuid7().hex, {"ids": [toy.id], "call": patch(pieces=9)}
    first = await doer.start(key=key, **asked)
    assert (await doer.start(key=key, **asked)).id == first.id
    assert (await by_id(shop, toy)).version == 2
    with pytest.raises(Conflict):
        await doer.start(key=key, ids=[toy.id], call=patch(pieces=8))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"call": patch(pieces=1)}, "ids"),
        ({"ids": [str(uuid7())], "all": True, "call": patch(pieces=1)}, "ids"),
        ({"ids": ["<b>1</b>"], "call": patch(pieces=1)}, "ids"),
        ({"all": True}, "values"),
        ({"all": True, "call": patch("nonsense")}, "nonsense"),
        ({"all": True, "call": patch(pieces=9999)}, "pieces"),
        ({"all": True, "call": patch("caption")}, "caption"),
        ({"all": True, "call": patch("parts")}, "parts"),
        ({"all": True, "call": packed(pb.Sale())}, "values"),
        ({"all": True, "action": "delete", "call": patch(pieces=1)}, "values"),
        ({"all": True, "action": "Sell"}, "action"),
        ({"all": True, "add_tags": ["x"]}, "add_tags"),
        ({"filter": "nam =", "call": patch(pieces=1)}, "filter"),
        ({"filter": "name = " + "x" * 180_000, "call": patch(pieces=1)}, "filter"),
    ],
)
async def test_what_makes_no_sense_is_named(doer: Doer, asked: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await doer.start(**asked)
    assert [*refused.value.fields] == [field]


async def test_a_hidden_field_reads_like_none_and_nobody_changes_without_the_right(
    toys: Serving, organisation: TestOrganisation, made: Make
) -> None:
    await made(1)
    profile = await organisation.profile(ALL, fields=(FieldAccess(TOY, "secret", "hidden"),))
    kit = Doer(toys, await organisation.person("Kit", profiles=(profile,)))
    with pytest.raises(Invalid) as refused:
        await kit.start(all=True, call=patch(secret="x"))
    assert dict(refused.value.fields) == {"secret": "There is no such field."}
    with pytest.raises(Invalid):
        await kit.start(filter='secret = "x"', call=patch(pieces=1))
    reader = Doer(toys, await organisation.person("Ben", Permission(TOY, view=True)))
    for action, call in (("change", patch(pieces=1)), ("delete", None), ("restore", None)):
        with pytest.raises(Denied):
            await reader.start(all=True, action=action, call=call)
