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
}
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
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_value_is_read_checked_and_shown_by_its_kind(
    shop: Shop, define: Defining, kind: str
) -> None:
    """PA-21"""
    key, told = key_of(kind), KINDS[kind].strip()
    await define(key, kind)
    made = await shop.make(**{key: KINDS[kind]})
    assert made.custom[key] == told
    shown: Any = {"integer": 12, "year": 1999, "boolean": True}.get(kind, told)
    assert (await shop.shown(made))[key] == shown
    quoted = told.replace("\n", "\\n") if kind != "long_text" else "one*"
    assert [each.id for each in await shop.find(f'custom.{key} = "{quoted}"')] == [made.id]
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
