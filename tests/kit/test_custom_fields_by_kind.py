"""PA-21: what an administrator defines is at once a field like any other, by every door of a service."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2

from kit.access.entries import ChoiceValue
from kit.errors import Invalid
from tests.kit.toy.contract import pb
from tests.kit.toy.shop import TOY, Defining, Shop, define, key_of, shop, unique

__all__ = ["define", "shop"]

KINDS = {
    "text": "Blue ",
    "long_text": "one\ntwo",
    "email": "ana@example.com",
    "phone": "+40721234567",
    "url": "https://example.com/x",
    "integer": "12",
    "year": "1999",
    "decimal": "12.50",
    "percent": "7.5",
    "boolean": "true",
    "date": "2026-03-04",
    "instant": "2026-03-04T05:06:07Z",
    "money": "1200.50",
    "words": '["Crane, mobile","lift"]',
}
BESIDE = {"money": {"_currency": "EUR"}}
"""What is said with a value, under the key with this behind it."""
SHOWN: dict[str, Any] = {
    "integer": 12,
    "year": 1999,
    "boolean": True,
    "words": ["Crane, mobile", "lift"],
}
ASKED = {"long_text": "{} = one*", "words": "{}:lift"}
WRONG = {
    "integer": "1.5",
    "year": "12",
    "decimal": "a",
    "percent": "101",
    "boolean": "perhaps",
    "date": "4.3.2026",
    "instant": "2026-03-04",
    "email": "nobody",
    "url": "ftp://x",
    "text": "x" * 180_000,
    "long_text": "a\x1bb",
    "money": "1,200",
    "words": "x" * 180_000,
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_value_is_read_checked_and_shown_by_its_kind(
    shop: Shop, define: Defining, kind: str
) -> None:
    """PA-21"""
    key, told = key_of(kind), KINDS[kind].strip()
    await define(key, kind)
    beside = {f"{key}{end}": value for end, value in BESIDE.get(kind, {}).items()}
    made = await shop.make(**{key: KINDS[kind], **beside})
    assert made.custom[key] == told
    shown = await shop.shown(made)
    assert {each: shown[each] for each in (key, *beside)} == {key: SHOWN.get(kind, told), **beside}
    asked = ASKED.get(kind, f'{{}} = "{told}"').format(f"custom.{key}")
    assert [each.id for each in await shop.find(asked)] == [made.id]
    assert (await shop.described(f"custom.{key}")).kind == kind
    if kind in WRONG:
        with pytest.raises(Invalid) as refused:
            await shop.change(made, **{key: WRONG[kind]})
        assert set(refused.value.fields) == {f"custom.{key}"}
    assert key not in (await shop.change(made, **{key: ""})).custom


async def test_a_key_that_nobody_defined_is_refused_and_named(shop: Shop) -> None:
    """PA-21"""
    made = await shop.make()
    for wrong in (shop.make(nowhere="x"), shop.change(made, nowhere="x")):
        with pytest.raises(Invalid) as refused:
            await wrong
        assert "'nowhere'" in refused.value.fields["custom.nowhere"]
    with pytest.raises(Invalid):
        await shop.find("custom.nowhere = x")


async def test_numbers_and_days_are_compared_sorted_and_added_up(
    shop: Shop, define: Defining
) -> None:
    """PA-21: 9 comes before 10, and what has no value comes last."""
    size, day, group = key_of("size"), key_of("day"), key_of("group")
    await define(size, "integer")
    await define(day, "date")
    await define(group)
    made = [
        await shop.make(**{group: "a", size: number, day: f"2026-01-{number:0>2}"})
        for number in ("10", "9", "11")
    ]
    await shop.make(**{group: "a"})
    mine = f"custom.{group} = a"
    found = await shop.find(mine, f"custom.{size}")
    assert [each.custom.get(size) for each in found] == ["9", "10", "11", None]
    assert [
        each.id for each in await shop.find(f"{mine} AND custom.{size} > 9", f"custom.{size}")
    ] == [
        made[0].id,
        made[2].id,
    ]
    assert len(await shop.find(f"{mine} AND custom.{day} < 2026-01-10")) == 1
    asked = records_pb2.AggregateRequest(
        entity=TOY, filter=mine, group_by=[f"custom.{day}:month"], measures=[f"sum(custom.{size})"]
    )
    figures = (await shop.beside.Aggregate(asked)).items
    assert [dict(each.measures) for each in figures if each.measures] == [
        {f"sum(custom.{size})": "30"}
    ]
    months = [each for each in figures if each.group]
    assert len(await shop.find(months[0].filter)) == 3


async def test_a_choice_takes_its_own_values_and_no_other(shop: Shop, define: Defining) -> None:
    """PA-21"""
    key = key_of("choice")
    values = (ChoiceValue("gold", "Gold"), ChoiceValue("tin", "Tin", retired=True))
    await define(key, "choice", values=values, label_ro="Segment")
    made = await shop.make(**{key: "gold"})
    assert len(await shop.find(f"custom.{key} = gold")) == 1
    for value in ("silver", "tin"):
        with pytest.raises(Invalid):
            await shop.change(made, **{key: value})
    told = await shop.described(f"custom.{key}")
    assert [(each.value, each.label, each.retired) for each in told.options] == [
        ("gold", "Gold", False),
        ("tin", "Tin", True),
    ]
    assert dict(told.labels) == {"ro": "Segment"}


async def test_what_is_required_is_asked_for_and_a_default_fills_it(
    shop: Shop, define: Defining
) -> None:
    """PA-21: API writes too are refused; records that are there go on as they are."""
    before, first, second = await shop.make(), key_of("first"), key_of("second")
    await define(first, required=True, label="Segment")
    await define(second, "integer", required=True, initial="7")
    with pytest.raises(Invalid) as refused:
        await shop.make()
    assert dict(refused.value.fields) == {f"custom.{first}": "Segment: fill this in."}
    made = await shop.make(**{first: "a"})
    assert (made.custom[first], made.custom[second]) == ("a", "7")
    with pytest.raises(Invalid):
        await shop.change(made, **{first: ""})
    patch = pb.ToyPatch(record=pb.Toy(id=before.id, pieces=3), mask={"paths": ["pieces"]})
    assert (await shop.typed.Update(patch)).pieces == 3


async def test_history_and_events_tell_each_field_by_its_name(shop: Shop, define: Defining) -> None:
    """PA-21"""
    key = key_of("size")
    await define(key, "integer")
    made = await shop.make(**{key: "3"})
    await shop.change(made, **{key: "4"})
    lines = (await shop.beside.History(records_pb2.HistoryRequest(entity=TOY, id=made.id))).items
    told = [[each for each in line.changes if each.field == f"custom.{key}"] for line in lines]
    assert [(each.before, each.after) for [each] in told] == [("3", "4"), ("", "3")]


async def test_words_are_found_in_fields_that_say_so(shop: Shop, define: Defining) -> None:
    """PA-21"""
    key, other, word = key_of("found"), key_of("quiet"), unique()
    await define(key, searched=True)
    await define(other)
    made = await shop.make(**{key: f"The {word}!"})
    await shop.make(**{other: word})
    page = await shop.typed.List(standard_pb2.ListRequest(search=word[:20]))
    assert [each.id for each in page.items] == [made.id]
    await define(key)


async def test_a_deleted_field_hides_its_values_until_it_is_restored(
    shop: Shop, define: Defining
) -> None:
    """PA-21"""
    key = key_of("gone")
    await define(key)
    made = await shop.make(**{key: "kept"})
    await define(key, gone=True)
    assert key not in await shop.shown(made)
    assert await shop.described(f"custom.{key}") is None
    for wrong in (shop.find(f"custom.{key} = kept"), shop.change(made, **{key: "x"})):
        with pytest.raises(Invalid):
            await wrong
    lines = (await shop.beside.History(records_pb2.HistoryRequest(entity=TOY, id=made.id))).items
    assert not [each for line in lines for each in line.changes if key in each.field]
    await define(key)
    assert (await shop.shown(made))[key] == "kept"


@pytest.mark.parametrize("kind", ["words"])
async def test_a_list_holds_each_entry_once_and_has_no_order(
    shop: Shop, define: Defining, kind: str
) -> None:
    """PA-21: commas are enough; no list is none."""
    key = key_of(kind)
    await define(key, kind, initial="new")
    made = await shop.make(**{key: "red, blue ,red"})
    assert made.custom[key] == '["red","blue"]'
    quoted = await shop.change(made, **{key: '"Crane, 19"" wide", blue, ,red'})
    assert quoted.custom[key] == '["Crane, 19\\" wide","blue","red"]'
    assert len(await shop.find(f"custom.{key}:blue")) == 1
    assert made.id not in [each.id for each in await shop.find(f"custom.{key} = null")]
    for wrong in ('[["a"]]', '["a"', "[1]", ",".join(map(str, range(51)))):
        with pytest.raises(Invalid) as refused:
            await shop.change(made, **{key: wrong})
        assert set(refused.value.fields) == {f"custom.{key}"}
    with pytest.raises(Invalid):
        await shop.find(f"custom.{key}:blue", f"custom.{key}")
    assert key not in (await shop.change(made, **{key: "[]"})).custom
    await define(key, kind, initial='["new, or nearly"]')
    assert (await shop.make()).custom[key] == '["new, or nearly"]'
    assert (await shop.described(f"custom.{key}")).initial == '"new, or nearly"'


async def test_an_amount_has_its_currency_beside_it(shop: Shop, define: Defining) -> None:
    """PA-21: it is named where it is wrong, as that of a declared amount is."""
    key = key_of("money")
    code = f"{key}_currency"
    await define(key, "money", label="Fee")
    for said, wrong, told in (
        ({key: "5"}, code, "Say in which currency"),
        ({key: "5.001", code: "EUR"}, key, "EUR has at most 2 decimals"),
        ({key: "5", code: "EURO"}, code, "Choose one of"),
    ):
        with pytest.raises(Invalid) as refused:
            await shop.make(**said)
        assert told in refused.value.fields[f"custom.{wrong}"]
    made = await shop.make(**{key: "5", code: "EUR"})
    with pytest.raises(Invalid) as refused:
        await shop.change(made, **{code: "USD"})
    assert refused.value.fields == {
        f"custom.{code}": "Fee is in EUR; give it anew in USD, in the same change."
    }
    assert (await shop.change(made, **{key: "6", code: "USD"})).custom[code] == "USD"
    told = await shop.described(f"custom.{key}")
    assert (told.currency_field, told.part_of) == (f"custom.{code}", "")
    assert (await shop.described(f"custom.{code}")).part_of == f"custom.{key}"


async def test_amounts_of_two_currencies_are_never_added_up(shop: Shop, define: Defining) -> None:
    """PA-21"""
    key, group = key_of("money"), key_of("group")
    await define(key, "money", initial="EUR")
    await define(group)
    for amount, code in (("1.10", ""), ("2.20", "EUR"), ("5", "RON")):
        beside = {f"{key}_currency": code} if code else {}
        await shop.make(**{group: "a", key: amount, **beside})
    asked = records_pb2.AggregateRequest(
        entity=TOY, filter=f"custom.{group} = a", measures=[f"sum(custom.{key})"]
    )
    figures = (await shop.beside.Aggregate(asked)).items
    assert sorted(
        (each.group[f"custom.{key}_currency"], each.measures[f"sum(custom.{key})"])
        for each in figures
    ) == [("EUR", "3.30"), ("RON", "5")]
    found = await shop.find(f"custom.{group} = a", f"custom.{key} desc")
    assert [each.custom[key] for each in found] == ["5", "2.20", "1.10"]
