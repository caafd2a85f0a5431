"""Fields that a profile hides or lets read only: on every path the same."""

from dataclasses import dataclass
from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.errors import Conflict, Denied, Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services


@dataclass
class Scene:
    """A toy with a secret, and somebody from whom a profile keeps it."""

    toys: Serving
    made: Any
    word: str
    eve: Any

    def shop(self, *, json: bool = False) -> Any:
        return self.toys.stub(services.ToysStub, self.eve, json=json)

    @property
    def beside(self) -> Any:
        return self.toys.stub(RecordsStub, self.eve)

    def patch(self, **values: Any) -> Any:
        toy = pb.Toy(id=self.made.id, **values)
        return pb.ToyPatch(record=toy, mask={"paths": list(values)})


async def _scene(toys: Serving, organisation: TestOrganisation, *limits: FieldAccess) -> Scene:
    ana, word = await organisation.person("Ana"), f"w{uuid7().hex}"
    toy = pb.Toy(name=word[::-1], secret=word, price="17.25", pieces=3)
    made = await toys.stub(services.ToysStub, ana).Create(toy)
    profile = await organisation.profile(ALL, fields=limits)
    return Scene(toys, made, word, await organisation.person("Eve", profiles=(profile,)))


@pytest.fixture
async def hidden(toys: Serving, organisation: TestOrganisation) -> Scene:
    limits = [FieldAccess("toys.Toy", name, "hidden") for name in ("secret", "price")]
    return await _scene(toys, organisation, *limits)


@pytest.fixture
async def readable(toys: Serving, organisation: TestOrganisation) -> Scene:
    return await _scene(toys, organisation, FieldAccess("toys.Toy", "secret", "read"))


async def test_a_hidden_field_leaves_by_no_door(hidden: Scene) -> None:
    """ID-14: one record, a list, history, the answer to a change, the description."""
    one = standard_pb2.GetRequest(id=hidden.made.id)
    mine = standard_pb2.ListRequest(filter=f"id = {hidden.made.id}")
    entity = records_pb2.HistoryRequest(entity="toys.Toy", id=hidden.made.id)
    answers = [
        (await hidden.shop().Get(one)).SerializeToString(),
        (await hidden.shop(json=True).Get(one)).json,
        (await hidden.shop().List(mine)).SerializeToString(),
        (await hidden.shop(json=True).List(mine)).json,
        (await hidden.beside.History(entity)).SerializeToString(),
        (await hidden.shop().Update(hidden.patch(pieces=4))).SerializeToString(),
        (await hidden.shop(json=True).Update(hidden.patch(pieces=5))).json,
    ]
    for answer in answers:
        assert hidden.made.id.encode() in answer or b"pieces" in answer
        assert hidden.word.encode() not in answer
        assert b"17.25" not in answer
    described = await hidden.beside.Describe(records_pb2.DescribeRequest())
    toy = next(each for each in described.entities if each.entity == "toys.Toy")
    assert {"secret", "price"} & {each.name for each in toy.fields} == set()
    assert [view.key for view in toy.presentation.views] == ["whole"]


async def test_a_stale_change_does_not_show_what_is_hidden(hidden: Scene) -> None:
    stale = hidden.patch(pieces=9)
    stale.version = 55
    with pytest.raises(Conflict) as refused:
        await hidden.shop().Update(stale)
    assert hidden.word.encode() not in (refused.value.current or b"")


async def test_a_hidden_field_cannot_be_asked_about(hidden: Scene) -> None:
    figures = records_pb2.AggregateRequest
    for asked in (
        hidden.shop().List(standard_pb2.ListRequest(filter=f'secret = "{hidden.word}"')),
        hidden.shop().List(standard_pb2.ListRequest(filter="NOT (pieces = 3 AND secret:w*)")),
        hidden.shop().List(standard_pb2.ListRequest(order_by="secret desc")),
        hidden.shop().List(standard_pb2.ListRequest(fields=["secret"])),
        hidden.shop().Get(standard_pb2.GetRequest(id=hidden.made.id, fields=["secret"])),
        hidden.beside.Aggregate(figures(entity="toys.Toy", group_by=["secret"])),
        hidden.beside.Aggregate(figures(entity="toys.Toy", measures=["sum(price)"])),
        hidden.beside.Aggregate(figures(entity="toys.Toy", filter="price > 17")),
        hidden.beside.Find(
            records_pb2.FindRequest(entity="toys.Toy", field="secret", values=[hidden.word])
        ),
    ):
        with pytest.raises(Invalid):
            await asked


async def test_words_of_a_hidden_field_find_nothing(hidden: Scene) -> None:
    """By search, and by a bare word in a filter."""
    for asked in (
        standard_pb2.ListRequest(search=hidden.word),
        standard_pb2.ListRequest(filter=hidden.word),
    ):
        assert list((await hidden.shop().List(asked)).items) == []


async def test_a_hidden_field_cannot_be_set(hidden: Scene) -> None:
    for asked in (
        hidden.shop().Create(pb.Toy(name="x", secret="y")),
        hidden.shop().Update(hidden.patch(secret="y")),
    ):
        with pytest.raises(Invalid) as wrong:
            await asked
        assert wrong.value.fields == {"secret": "There is no such field."}


async def test_a_field_to_read_is_read_and_not_set(readable: Scene) -> None:
    got = await readable.shop().Get(standard_pb2.GetRequest(id=readable.made.id))
    assert got.secret == readable.word
    for asked in (
        readable.shop().Create(pb.Toy(name="x", secret="y")),
        readable.shop().Update(readable.patch(secret="y")),
    ):
        with pytest.raises(Denied) as refused:
            await asked
        assert set(refused.value.fields) == {"secret"}
    described = await readable.beside.Describe(records_pb2.DescribeRequest())
    toy = next(each for each in described.entities if each.entity == "toys.Toy")
    assert {each.name: each.editable for each in toy.fields}["secret"] is False


async def test_the_most_generous_of_several_profiles_counts(
    toys: Serving, organisation: TestOrganisation, hidden: Scene
) -> None:
    free = await organisation.profile(ALL)
    strict = await organisation.profile(ALL, fields=(FieldAccess("toys.Toy", "secret", "hidden"),))
    both = await organisation.person("Two", profiles=(free, strict))
    shop = toys.stub(services.ToysStub, both)
    assert (await shop.Get(standard_pb2.GetRequest(id=hidden.made.id))).secret == hidden.word


async def test_nobody_finds_a_record_by_another_ones_right(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """CH-02: neither a share with a role nor a profile opens what is confidential."""
    boss_role = await organisation.role("Boss")
    low = await organisation.role("Low", boss_role)
    ana = await organisation.person("Ana", roles=(low,))
    boss = await organisation.person("Boss", roles=(boss_role,))
    diary = await toys.stub(services.DiariesStub, ana).Create(pb.Diary(name="Mine"))
    listed = await toys.stub(services.DiariesStub, boss).List(standard_pb2.ListRequest())
    assert diary.id not in {each.id for each in listed.items}
