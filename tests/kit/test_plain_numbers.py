"""C7: a number has one text, in plain digits, through whichever door it comes in or is read."""

from typing import Any

import msgspec
import pytest
from crm.v1 import events_pb2, records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.actor import Actor
from kit.errors import Conflict
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.importing.toyshop import Toyshop
from tests.kit.toy.contract import pb, services

FORMS = pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("1E+3", "1000"),
        # What the driver reads in groups of four digits.
        ("50000", "50000"),
        ("472830000", "472830000"),
        ("+1e2", "100"),
        ("-0", "0"),
        ("0E+2", "0"),
        ("2.50", "2.50"),
        (".5", "0.5"),
    ],
)


@pytest.fixture
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


def toy(text: str, **more: Any) -> Any:
    """The number in a field of money, in one of none, and in a row."""
    return pb.Toy(
        name="Bear", price=text, weight=text, parts=[pb.Part(name="Ear", cost=text)], **more
    )


def ready(answer: Any) -> dict[str, Any]:
    """What an answer's JSON says of the numbers; of a list, its first record."""
    told = msgspec.json.decode(answer.json if hasattr(answer, "json") else answer)
    return _numbers(told.get("items", [told])[0])


def _numbers(told: dict[str, Any]) -> dict[str, Any]:
    parts = [each["cost"] for each in told["parts"]]
    return {"price": told["price"], "weight": told["weight"], "parts": parts}


def typed(made: Any) -> dict[str, Any]:
    return {"price": made.price, "weight": made.weight, "parts": [each.cost for each in made.parts]}


@FORMS
async def test_every_answer_says_it_alike(
    toys: Serving, ana: Actor, given: str, plain: str
) -> None:
    """Made, made again under its key, read, listed, changed, in the way of a stale change."""
    said = {"price": plain, "weight": plain, "parts": [plain]}
    shop, bare = (toys.stub(services.ToysStub, ana, json=json) for json in (True, False))
    key = uuid7().hex
    made = [await shop.Create(toy(given), key=key) for _ in range(2)]
    assert [ready(each) for each in made] == [said, said]
    first = await bare.Create(toy(given))
    one, listed = standard_pb2.GetRequest(id=first.id), _by_id(first)
    assert ready(await shop.Get(one)) == ready(await shop.List(listed)) == said
    [found] = (await bare.List(listed)).items
    assert typed(first) == typed(found) == typed(await bare.Get(one)) == said
    away = {"price": "7", "weight": "7", "parts": ["7"]}
    assert ready(await shop.Update(_patch(first, "7"))) == away
    assert typed(await bare.Update(_patch(first, given))) == said
    with pytest.raises(Conflict) as stale:
        await shop.Update(_patch(first, "9", version=1))
    assert ready(stale.value.current) == said


def _by_id(made: Any) -> Any:
    return standard_pb2.ListRequest(filter=f"id = {made.id}", fields=["price", "weight", "parts"])


def _patch(made: Any, text: str, version: int | None = None) -> Any:
    paths = {"paths": ["price", "weight", "parts"]}
    return pb.ToyPatch(record=toy(text, id=made.id), mask=paths, version=version)


@FORMS
async def test_history_and_events_say_it_alike(
    toys: Serving, ana: Actor, given: str, plain: str
) -> None:
    """Before and after, as they stand in the outbox and as people read them."""
    said = {"price": plain, "weight": plain, "parts": [plain]}
    shop = toys.stub(services.ToysStub, ana)
    made = await shop.Create(toy(given))
    await shop.Update(_patch(made, "7"))
    asked = records_pb2.HistoryRequest(entity="toys.Toy", id=made.id)
    [entry, _] = (await toys.stub(RecordsStub, ana).History(asked)).items
    told = {each.field: msgspec.json.decode(each.before) for each in entry.changes}
    assert _numbers(told) == said
    assert typed(await _told(toys, "created", made, "after")) == said
    assert typed(await _told(toys, "updated", made, "before")) == said


async def _told(toys: Serving, what: str, made: Any, when: str) -> Any:
    bodies = await toys.announced(f"crm.toys.toy.{what}")
    [event] = [
        each for each in map(events_pb2.RecordChanged.FromString, bodies) if each.id == made.id
    ]
    record = pb.Toy()
    getattr(event, when).Unpack(record)
    return record


@FORMS
async def test_figures_say_it_alike(toys: Serving, ana: Actor, given: str, plain: str) -> None:
    """As the key of a group, as what is reckoned, and in the filter that leads to the rows."""
    shop = toys.stub(services.ToysStub, ana)
    made = await shop.Create(toy(given))
    asked = records_pb2.AggregateRequest(
        entity="toys.Toy", filter=f"id = {made.id}", group_by=["weight"], measures=["sum(price)"]
    )
    [figure] = (await toys.stub(RecordsStub, ana).Aggregate(asked)).items
    assert figure.group["weight"] == figure.measures["sum(price)"] == plain
    behind = await shop.List(standard_pb2.ListRequest(filter=figure.filter))
    assert [each.id for each in behind.items] == [made.id]
    same = f"id = {made.id} AND weight = {plain}"
    assert len((await shop.List(standard_pb2.ListRequest(filter=same))).items) == 1


@FORMS
async def test_a_file_brings_it_in_alike(
    toys: Serving, organisation: TestOrganisation, ana: Actor, given: str, plain: str
) -> None:
    """And a line that says the same number in other signs changes nothing."""
    desk, code = Toyshop(toys, toys, organisation), uuid7().hex
    columns = {name: name for name in ("name", "code", "price", "weight")}
    file = "name,code,price,weight\nBear,{},{},{}\n".format
    done = await desk.run(ana, "toys.Toy", file(code, given, given), columns=columns)
    assert done.created == 1, await desk.rejected(ana, done)
    shop = toys.stub(services.ToysStub, ana)
    [found] = (await shop.List(standard_pb2.ListRequest(filter=f'code = "{code}"'))).items
    assert (found.price, found.weight) == (plain, plain)
    again = await desk.run(ana, "toys.Toy", file(code, plain, given), columns=columns, match="code")
    assert (again.matched, again.updated) == (1, 0)
