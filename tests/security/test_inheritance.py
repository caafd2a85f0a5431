"""What is taken over from above is the same number whether Python or PostgreSQL works it out."""

from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.access.inheritance import (
    CLOSED,
    PRIVATE,
    any_of,
    every_row,
    handed_down,
    key_in,
    numbers,
    ways_above,
)
from kit.entity import Level
from kit.references.cascade import handed_down as in_sql
from kit.wire.contract import every_entity
from tests.house import House

KEYS = st.lists(st.integers(1, 2**31 - 1), max_size=4, unique=True)
MARKS = st.sampled_from([(), (CLOSED,), (CLOSED, PRIVATE)])
ENTITIES = sorted(every_entity())


def test_no_two_ways_have_one_number() -> None:
    """S13: a key would count on the way of another."""
    ways = {(entity, *way) for entity in ENTITIES for way in ((), *ways_above(entity))}
    assert len({any_of(way) for way in ways}) == len(ways)
    assert all(any_of(way) > 2**34 for way in ways)


@given(KEYS, st.sampled_from(list(Level)), st.sampled_from(ENTITIES))
def test_a_number_says_its_key_and_its_way(keys: list[int], level: Level, entity: str) -> None:
    for number, key in zip(numbers((entity,), level, keys), keys, strict=True):
        assert key_in(number) == key
        assert every_row(number) == any_of((entity,))
        assert 0 < number < 2**63


@pytest.fixture(scope="module")
async def connection(house: House) -> Any:
    connection = await asyncpg.connect(house.postgres.url)
    yield connection
    await connection.close()


async def test_python_and_postgresql_hand_down_the_same(connection: Any) -> None:
    """S13"""

    async def agree(entity: str, keys: list[list[int]], above: list[int], marks: Any) -> None:
        inherited = [*marks] + [
            number
            for way in ways_above(entity)
            for number in (any_of(way), *numbers(way, Level.READ, above))
        ]
        row = "select $1::int[], $2::int[], $3::int[], $4::bigint[]"
        columns = "keys, wkeys, full_keys, inherited"
        text = f"select {in_sql('above', entity)} from ({row}) as above ({columns})"  # noqa: S608 - names of our columns
        found = await connection.fetchval(text, *keys, inherited)
        assert found == handed_down(entity, dict(zip(Level, keys, strict=True)), inherited)

    for drawn in _drawn():
        await agree(*drawn)


def _drawn() -> list[Any]:
    """Examples drawn by hypothesis, judged outside it: a connection has one loop."""
    found: list[Any] = []

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(ENTITIES), st.lists(KEYS, min_size=3, max_size=3), KEYS, MARKS)
    def draw(entity: str, keys: list[list[int]], above: list[int], marks: Any) -> None:
        found.append((entity, keys, above, marks))

    draw()
    return found
