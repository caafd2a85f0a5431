"""The five standard methods over the wire: what they answer, refuse, and keep in order."""

import asyncio
from typing import Any

import msgspec
import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import text

from kit.access.entries import Permission
from kit.errors import Conflict, Denied, Invalid, NotFound, Refused
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import SEEN


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    """The toys as Ana has them."""
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


def patch(made: Any, *paths: str, version: int | None = None, **values: Any) -> Any:
    return pb.ToyPatch(
        record=pb.Toy(id=made.id, **values), mask={"paths": paths or list(values)}, version=version
    )


def unique(word: str = "Toy") -> str:
    return f"{word}{uuid7().hex}"


async def test_a_record_is_created_read_changed_and_removed(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Bear", price="12.50"))
    assert (made.version, made.price, made.currency, made.state) == (1, "12.50", "EUR", "shelf")
    changed = await shop.Update(patch(made, name="Old bear", price="9"))
    assert (changed.version, changed.name) == (2, "Old bear")
    assert await shop.Get(standard_pb2.GetRequest(id=made.id)) == changed
    emptied = await shop.Update(patch(made, "price"))
    assert not emptied.HasField("price")
    await shop.Delete(standard_pb2.DeleteRequest(id=made.id, version=3))
    with pytest.raises(NotFound):
        await shop.Get(standard_pb2.GetRequest(id=made.id))


async def test_the_hooks_run_in_their_order(shop: Any) -> None:
    SEEN.clear()
    made = await shop.Create(pb.Toy(name="Car", code=(code := unique("C"))))
    await shop.Update(patch(made, name="Old car"))
    await shop.Delete(standard_pb2.DeleteRequest(id=made.id))
    assert [
        *("prepare", f"check Car/{code}", "changed from None"),
        *("prepare", f"check Old car/{code}", "changed from Car"),
        "removing",
    ] == SEEN


async def test_a_rule_may_forbid_to_remove(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Ball"))
    await shop.Sell(pb.Sale(id=made.id, note="cash"))
    with pytest.raises(Refused, match="stays in the books"):
        await shop.Delete(standard_pb2.DeleteRequest(id=made.id))


async def test_a_stale_change_is_refused_and_shows_the_record_as_it_is(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Kite"))
    await shop.Update(patch(made, name="Red kite"))
    for stale in (
        shop.Update(patch(made, name="Blue kite", version=1)),
        shop.Delete(standard_pb2.DeleteRequest(id=made.id, version=1)),
        shop.Sell(pb.Sale(id=made.id, version=1)),
    ):
        with pytest.raises(Conflict) as refused:
            await stale
        current = msgspec.json.decode(refused.value.current or b"")
        assert (current["name"], current["version"]) == ("Red kite", 2)


async def test_of_changes_at_the_same_time_none_is_lost(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Top", pieces=0))

    async def change(number: int) -> bool:
        try:
            await shop.Update(patch(made, pieces=number, version=1))
        except Conflict:
            return False
        return True

    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(change(number)) for number in range(1, 11)]
    assert sum(each.result() for each in tries) == 1
    assert (await shop.Get(standard_pb2.GetRequest(id=made.id))).version == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 121),
        ("email", "nobody"),
        ("phone", "+1"),
        ("site", "ftp://x"),
        ("pieces", -1),
        ("weight", "1.2345"),
        ("weight", "NaN"),
        ("price", "-1"),
        ("price", "1e400000"),
        ("custom.region", "\x00"),
        ("custom.no word", "x"),
        ("currency", "XXX"),
        ("discount", "101"),
        ("due", "2026-02-30"),
        ("sold_at", "2026-02-01T10:00"),
        ("shape", "flat"),
        ("shape", "odd"),
        ("parent_id", "no id"),
        ("state", "sold"),
        ("owner_id", "00000000-0000-0000-0000-000000000001"),
    ],
)
async def test_a_wrong_value_is_told_by_the_name_of_its_field(
    shop: Any, field: str, value: Any
) -> None:
    name, _, key = field.partition(".")
    with pytest.raises(Invalid) as wrong:
        await shop.Create(pb.Toy(**{"name": "It", name: {key: value} if key else value}))
    assert set(wrong.value.fields) == {field}


async def test_an_empty_name_a_taken_code_and_an_unknown_parent_are_told_by_field(
    shop: Any,
) -> None:
    code = unique("C")
    await shop.Create(pb.Toy(name="One", code=code))
    for toy, kind, field in (
        (pb.Toy(), Invalid, "name"),
        (pb.Toy(name="Two", code=code), Conflict, "code"),
        (pb.Toy(name="Two", parent_id=str(uuid7())), Invalid, "parent_id"),
    ):
        with pytest.raises(kind) as wrong:
            await shop.Create(toy)
        assert set(wrong.value.fields) == {field}
        assert "Key (" not in wrong.value.message


async def test_an_unknown_field_of_a_mask_is_refused(shop: Any) -> None:
    made = await shop.Create(pb.Toy(name="Drum"))
    with pytest.raises(Invalid) as wrong:
        await shop.Update(patch(made, "colour"))
    assert set(wrong.value.fields) == {"colour"}


async def test_without_the_right_on_the_entity_nothing_is_answered(
    toys: Serving, organisation: TestOrganisation
) -> None:
    reader = await organisation.person("Rea", Permission("toys.Toy", view=True))
    shop = toys.stub(services.ToysStub, reader)
    await shop.List(standard_pb2.ListRequest())
    with pytest.raises(Denied):
        await shop.Create(pb.Toy(name="No"))
    nobody = toys.stub(services.ToysStub, await organisation.person("Nob", Permission("a.B")))
    with pytest.raises(Denied):
        await nobody.List(standard_pb2.ListRequest())


async def test_custom_fields_are_kept_merged_and_filtered(shop: Any) -> None:
    """AD-03: fields of the organisation."""
    word = unique()
    made = await shop.Create(pb.Toy(name=word, custom={"region": "North", "size": "3"}))
    toy = pb.Toy(id=made.id, custom={"size": "4"})
    changed = await shop.Update(pb.ToyPatch(record=toy, mask={"paths": ["custom"]}))
    assert dict(changed.custom) == {"region": "North", "size": "4"}
    for asked, found in (("custom.region = North", 1), ("custom.region = South", 0)):
        page = await shop.List(standard_pb2.ListRequest(filter=f'name = "{word}" AND {asked}'))
        assert len(page.items) == found


async def test_a_page_holds_what_was_asked_and_counts_are_capped(toys: Serving, shop: Any) -> None:
    word = unique()
    await shop.Create(pb.Toy(name=word))
    async with toys.process.database.sessions.begin() as session:
        await session.execute(text(_COPIES), {"word": word})
    asked = standard_pb2.ListRequest(filter=f'name = "{word}"', count=True, page_size=7)
    page = await shop.List(asked)
    assert (len(page.items), page.page.total, page.page.total_capped) == (7, 1000, True)
    with pytest.raises(Invalid):
        await shop.List(standard_pb2.ListRequest(page_size=201))
    with pytest.raises(Invalid):
        await shop.List(standard_pb2.ListRequest(page_token="made up"))


_COPIES = (
    "insert into toy (id, version, created_at, updated_at, created_by, updated_by, keys, wkeys,"
    " full_keys, inherited, custom, private, name, ready, state, friend_ids, tags, parts, owner_id, wear)"
    " select gen_random_uuid(), 1, created_at, updated_at, created_by, updated_by, keys, wkeys,"
    " full_keys, inherited, custom, private, name, ready, state, friend_ids, tags, parts, owner_id, wear"
    " from toy, generate_series(1, 1000) where name = :word"
)


async def test_money_of_two_currencies_is_never_added_up(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """SA-13: figures per currency."""
    ana, word = await organisation.person("Ana"), unique()
    shop = toys.stub(services.ToysStub, ana)
    for price, currency in (("1.10", "EUR"), ("2.20", "EUR"), ("5", "USD")):
        await shop.Create(pb.Toy(name=word, price=price, currency=currency))
    asked = records_pb2.AggregateRequest(
        entity="toys.Toy", filter=f'name = "{word}"', measures=["count", "sum(price)"]
    )
    figures = await toys.stub(RecordsStub, ana).Aggregate(asked)
    found = {each.group["currency"]: each for each in figures.items}
    assert {name: each.measures["sum(price)"] for name, each in found.items()} == {
        "EUR": "3.30",
        "USD": "5",
    }
    behind = await shop.List(standard_pb2.ListRequest(filter=found["EUR"].filter))
    assert len(behind.items) == 2


async def test_an_amount_fits_its_currency_and_goes_with_it(shop: Any) -> None:
    """E1"""
    with pytest.raises(Invalid) as refused:
        await shop.Create(pb.Toy(name="Bear", price="1.005", currency="EUR"))
    assert refused.value.fields == {"price": "EUR has at most 2 decimals; round it."}
    made = await shop.Create(pb.Toy(name="Bear", price="1.50", currency="EUR"))
    with pytest.raises(Invalid) as refused:
        await shop.Update(patch(made, currency="USD"))
    said = "Price is in EUR; give it anew in USD, in the same change."
    assert refused.value.fields == {"currency": said}
    anew = await shop.Update(patch(made, currency="USD", price="1.50"))
    assert (anew.currency, anew.price) == ("USD", "1.50")
