"""PA-21: lists filter by a custom field over an index that is built while everybody works."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from kit.database.statements import compiled
from kit.errors import Conflict
from kit.ids import uuid7
from kit.query import parse, to_sql
from kit.records.read.listing import context_of
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy
from tests.waiting import until

TOY = "toys.Toy"
_INDEX = "select indisvalid from pg_index join pg_class on oid = indexrelid where relname = :name"
_MANY = (
    "insert into toy (id, version, created_at, updated_at, created_by, updated_by, keys, wkeys,"
    " full_keys, inherited, custom, private, name, ready, state, friend_ids, tags, parts, owner_id,"
    " wear)"
    " select gen_random_uuid(), 1, created_at, updated_at, created_by, updated_by, keys, wkeys,"
    " full_keys, inherited, jsonb_build_object(cast(:key as text), {value}), private, name, ready,"
    " state, friend_ids, tags, parts, owner_id, wear from toy, generate_series(1, 3000) n"
    " where id = :id"
)


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Any:
    return toys.stub(services.ToysStub, await organisation.person("Ana"))


async def _state(toys: Serving, name: str) -> bool | None:
    rows = await toys.process.database.rows(text(_INDEX), name=name)
    return rows[0][0] if rows else None


async def _ready(toys: Serving, name: str) -> None:
    async def ready() -> bool:
        return bool(await _state(toys, name))

    await until(ready, f"{name} is there and valid")


async def _run(toys: Serving, statement: str, **given: Any) -> None:
    async with toys.process.database.sessions.begin() as session:
        await session.execute(text(statement), given)


async def _plan(toys: Serving, organisation: TestOrganisation, asked: str) -> str:
    permit = toys.process.policy.permit(await organisation.person("Ana"), Toy)
    where = to_sql(parse(asked), permit.fields, context_of(permit))
    statement = compiled(Toy.__table__.select().where(where))
    rows = await toys.process.database.fetch(f"explain {statement.text}", statement.arguments({}))
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("text", "custom.{key} = 17"),
        ("integer", "custom.{key} > 2990"),
        ("decimal", "custom.{key} = 17"),
        ("money", "custom.{key} = 17"),
        ("words", "custom.{key}:17"),
    ],
)
async def test_a_filter_on_a_custom_field_uses_its_index(
    toys: Serving, organisation: TestOrganisation, shop: Any, kind: str, asked: str
) -> None:
    """PA-21"""
    key = f"k{uuid7().hex}"
    await organisation.custom(TOY, key, kind)
    made = await shop.Create(pb.Toy(name="Many"))
    value = "jsonb_build_array(n::text)" if kind == "words" else "n"
    await _run(toys, _MANY.replace("{value}", value), key=key, id=made.id)
    for name in [key, f"{key}_currency"] if kind == "money" else [key]:
        await _ready(toys, f"cx_toy_{name}")
    await _run(toys, "analyze toy")
    assert f"cx_toy_{key}" in await _plan(toys, organisation, asked.format(key=key))
    await organisation.custom(TOY, key, kind, gone=True)

    async def gone() -> bool:
        left = [await _state(toys, f"cx_toy_{each}") for each in (key, f"{key}_currency")]
        return left == [None, None]

    await until(gone, "the index has gone with its field")
    await _run(toys, "delete from toy where custom ? :key", key=key)


async def _try(shop: Any, key: str, value: str) -> Any:
    """What is made, or the refusal."""
    try:
        return await shop.Create(pb.Toy(name="Twin", custom={key: value}))
    except Conflict as refused:
        return refused


async def test_of_two_at_once_one_takes_a_unique_value(
    toys: Serving, organisation: TestOrganisation, shop: Any
) -> None:
    """PA-21: whatever case and accents."""
    key, word = f"k{uuid7().hex}", uuid7().hex
    await organisation.custom(TOY, key, unique=True)
    await _ready(toys, f"cu_toy_{key}")
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(_try(shop, key, each + word)) for each in ("É", "e", "E", "é")]
    answers = [each.result() for each in tries]
    refused = [each for each in answers if isinstance(each, Conflict)]
    assert len(refused) == 3, answers
    assert all(set(each.fields) == {f"custom.{key}"} for each in refused)
    await shop.Create(pb.Toy(name="Other"))
    await organisation.custom(TOY, key)


async def test_values_that_stand_twice_leave_an_invalid_index_that_is_built_again(
    toys: Serving, organisation: TestOrganisation, shop: Any
) -> None:
    """PA-21: an index that was left half built is dropped, and made anew."""
    key, word = f"k{uuid7().hex}", uuid7().hex
    await organisation.custom(TOY, key)
    made = [await shop.Create(pb.Toy(name="Twin", custom={key: word})) for _ in range(2)]
    await _ready(toys, f"cx_toy_{key}")
    await organisation.custom(TOY, key, unique=True)

    async def failed() -> bool:
        return await _state(toys, f"cu_toy_{key}") is False

    await until(failed, "the unique index could not be built")
    patch = pb.Toy(id=made[0].id, custom={key: "other"})
    await shop.Update(pb.ToyPatch(record=patch, mask={"paths": ["custom"]}))
    await organisation.custom(TOY, key)
    await _ready(toys, f"cx_toy_{key}")
    assert await _state(toys, f"cu_toy_{key}") is None
