"""What is done with a record that a line finds, and the way back from all of it (XC-15)."""

from typing import Any

import pytest
from crm.v1 import imports_pb2, standard_pb2

from kit.access.entries import Permission
from kit.actor import Actor
from kit.errors import Invalid, NotFound, Refused
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.doing import Doer, counts
from tests.kit.importing.office import unique
from tests.kit.importing.toyshop import Toyshop
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"
COLUMNS = {"name": "name", "code": "code", "price": "price", "note": "note", "part": "parts.name"}


@pytest.fixture
def shop(toys: Serving, organisation: TestOrganisation) -> Toyshop:
    return Toyshop(toys, toys, organisation)


@pytest.fixture
async def ana(shop: Toyshop) -> Actor:
    return await shop.organisation.person(unique("Ana"))


@pytest.fixture
def toybox(shop: Toyshop, ana: Actor) -> Any:
    return shop.sales.stub(services.ToysStub, ana)


@pytest.fixture
async def known(toybox: Any) -> Any:
    """A toy that is there already."""
    told = pb.Toy(name=unique("Known"), code=unique("K"), price="2", parts=[pb.Part(name="wheel")])
    return await toybox.Create(told)


async def now(toybox: Any, toy: Any) -> Any:
    return await toybox.Get(standard_pb2.GetRequest(id=toy.id))


async def taken_back(shop: Toyshop, actor: Actor, done: imports_pb2.Import) -> Any:
    doer = Doer(shop.sales, actor)
    begun = await shop.imports(TOY, actor).Undo(imports_pb2.ImportRequest(id=done.id))
    return await doer.ended(begun)


@pytest.mark.parametrize(
    ("on_match", "counted", "price", "note"),
    [("", "updated", "9", "new"), ("fill", "updated", "2", "new"), ("skip", "matched", "2", "")],
)
async def test_a_match_is_overwritten_filled_or_left(
    shop: Toyshop, ana: Actor, toybox: Any, known: Any, on_match: str, counted: str, price: str, note: str
) -> None:  # fmt: skip
    file = f"name,code,price,note\n{known.name},{known.code},9,new\n{unique('Other')},{unique('O')},1,\n"
    columns = {each: each for each in ("name", "code", "price", "note")}
    plan = {"columns": columns, "match": "code", "on_match": on_match}
    done = await shop.run(ana, TOY, file, **plan)
    assert (done.created, getattr(done, counted)) == (1, 1)
    toy = await now(toybox, known)
    assert (toy.price, toy.note) == (price, note)


async def test_several_fields_have_to_agree_together(
    shop: Toyshop, ana: Actor, toybox: Any, known: Any
) -> None:
    """Neither case nor accents matter, and one of two is not enough."""
    file = f"name,code,note\n{known.name.upper()},{known.code},same\n{known.name},{unique('N')},other\n"
    columns = {each: each for each in ("name", "code", "note")}
    done = await shop.run(ana, TOY, file, columns=columns, match="name+code")
    assert (done.created, done.updated) == (1, 1)
    assert (await now(toybox, known)).note == "same"
    with pytest.raises(Invalid) as refused:
        await shop.start(ana, TOY, file, columns=columns, match="name+price", on_match="burn")
    assert refused.value.fields.keys() == {"match", "on_match"}


async def test_what_was_made_goes_to_the_bin_and_what_was_changed_says_again_what_it_said(
    shop: Toyshop, ana: Actor, toybox: Any, known: Any
) -> None:
    """Two lines of one record, and its rows, are one way back."""
    made = unique("Made")
    lines = [f"{known.name},{known.code},9,new,axle", f"{known.name},{known.code},,,door"]
    file = "name,code,price,note,part\n" + "\n".join([*lines, f"{made},{unique('M')},1,,"])
    before = await now(toybox, known)
    done = await shop.run(ana, TOY, file, columns=COLUMNS, match="code")
    assert (done.rejected, done.undoable) == (0, True)
    assert [part.name for part in (await now(toybox, known)).parts] == ["axle", "door"]
    back = await taken_back(shop, ana, done)
    assert (back.action, back.undo_of_import, counts(back)) == ("undo", done.id, (2, 0, 0))
    after = await now(toybox, known)
    assert (after.price, after.note, list(after.parts)) == (
        before.price,
        before.note,
        list(before.parts),
    )
    assert not (await toybox.List(standard_pb2.ListRequest(filter=f'name = "{made}"'))).items
    told = await shop.get(ana, done)
    assert (told.undoable, told.undone_by) == (False, back.id)
    with pytest.raises(Refused, match="taken back already"):
        await taken_back(shop, ana, done)


async def test_what_was_touched_since_stays_and_is_listed(
    shop: Toyshop, ana: Actor, toybox: Any, known: Any
) -> None:
    file = f"name,code,price\n{known.name},{known.code},9\n{unique('T')},{unique('T')},1\n"
    columns = {each: each for each in ("name", "code", "price")}
    done = await shop.run(ana, TOY, file, columns=columns, match="code")
    first, second = [line.record_id for line in await shop.lines(ana, done)]
    for each in (first, second):
        patch = pb.ToyPatch(record=pb.Toy(id=each, pieces=3), mask={"paths": ["pieces"]})
        await toybox.Update(patch)
    back = await taken_back(shop, ana, done)
    assert counts(back) == (0, 0, 2)
    assert set(await Doer(shop.sales, ana).refused(back)) == {first, second}
    assert (await now(toybox, known)).price == "9"


async def test_nobody_else_takes_back_and_nobody_deletes_who_may_not(
    shop: Toyshop, ana: Actor
) -> None:
    """Who may only create cannot delete by taking back."""
    rights = Permission(TOY, view=True, create=True)
    profile = await shop.organisation.profile(rights)
    kit = await shop.organisation.person(unique("Kit"), profiles=(profile,))
    done = await shop.run(kit, TOY, f"name\n{unique('Own')}\n", columns={"name": "name"})
    with pytest.raises((Refused, NotFound)):
        await taken_back(shop, ana, done)
    back = await taken_back(shop, kit, done)
    assert counts(back) == (0, 0, 1)
    tried = await shop.run(
        ana, TOY, f"name\n{unique('D')}\n", columns={"name": "name"}, dry_run=True
    )
    assert not tried.undoable
    with pytest.raises(Refused, match="trial"):
        await taken_back(shop, ana, tried)


async def test_a_match_is_whom_the_rules_on_duplicates_take_it_for(
    shop: Toyshop, ana: Actor, toybox: Any, known: Any
) -> None:
    """PA-29: also of two lines of the same file; of two records nobody can say which is meant."""
    mail = f"{known.id}@example.com"
    rule = await shop.organisation.duplicates(TOY, "email")
    patch = pb.ToyPatch(record=pb.Toy(id=known.id, email=mail), mask={"paths": ["email"]})
    await toybox.Update(patch)
    file = f"name,email,note\nA,{mail.upper()},new\nB,b{mail},one\nC,b{mail},two\n"
    columns = {each: each for each in ("name", "email", "note")}
    done = await shop.run(ana, TOY, file, columns=columns, match="duplicates", on_match="fill")
    assert (done.created, done.updated, done.matched) == (1, 1, 1), await shop.rejected(ana, done)
    assert (await now(toybox, known)).note == "new"
    await toybox.Create(pb.Toy(name="Twin", email=mail))
    again = await shop.run(ana, TOY, file, columns=columns, match="duplicates")
    await shop.organisation.publish("duplicate_rule", None, rule)
    assert [*await shop.rejected(ana, again)] == [2]
