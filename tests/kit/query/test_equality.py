"""The two evaluators agree on every filter and every record."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.query import And, Call, Compare, Node, Not, Or, Search, Word, matches, to_sql
from tests.kit.query.conftest import CONTEXT, FIELDS, KINDS, deal, row, seen

# Letters whose cases are not one to one, and the signs that patterns and quotes give a meaning.
LETTERS = st.text("aAbBéÉ\u0301İ\u0131Σ\u03c3\u03c2ßẞsKkæ%_\\*'\" 1", max_size=4)
INSTANTS = st.builds(
    lambda minutes: CONTEXT.now + timedelta(minutes=minutes), st.integers(-3000, 3000)
)
DATES = st.builds(lambda days: date(2026, 3, 15) + timedelta(days=days), st.integers(-3, 3))
NUMBERS = st.integers(-3, 3)
DECIMALS = st.decimals(-2, 2, places=1)
IDS = st.builds(UUID, int=st.integers(0, 3))
STAGES = st.sampled_from(["open", "won", "lost"])

VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "name": LETTERS,
    "title": LETTERS,
    "seats": NUMBERS,
    "amount": DECIMALS,
    "open": st.booleans(),
    "due_on": DATES,
    "closed_at": INSTANTS,
    "updated_at": INSTANTS,
    "account_id": IDS,
    "stage": STAGES,
    "tags": st.lists(LETTERS, max_size=2),
    "team_ids": st.lists(IDS, max_size=2),
    "account.name": st.sampled_from(["acme", "A%", "Zeta", "b"]),
    "account.industry": st.sampled_from(["retail", "energy", "Retail"]),
    "account.employees": st.sampled_from([-1, 0, 249, 250]),
    "account.labels": st.sampled_from(["key", "old"]),
    "custom": st.dictionaries(st.sampled_from(["region", "size"]), LETTERS, max_size=2),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            name: values if name in {"title", "updated_at"} else st.none() | values
            for name, values in VALUES.items()
            if "." not in name
        }
    ),
    min_size=1,
    max_size=6,
)

ORDERS = ("=", "<", "<=", ">", ">=", ":")
OPERATORS = {
    "name": ORDERS,
    "title": ORDERS,
    "custom.region": ORDERS,
    "seats": ORDERS,
    "amount": ORDERS,
    "due_on": ORDERS,
    "closed_at": ORDERS,
    "updated_at": ORDERS,
    "open": "=:",
    "account_id": "=:",
    "stage": "=:",
    "tags": ":",
    "team_ids": ":",
    "account.name": ORDERS,
    "account.industry": "=:",
    "account.employees": ORDERS,
    "account.labels": ":",
}
WILD = st.lists(LETTERS, min_size=1, max_size=3).map(tuple).map(lambda found: Word(found, True))
CALLS = {
    "due_on": st.builds(Call, st.just("today"), NUMBERS),
    "closed_at": st.builds(Call, st.sampled_from(["today", "now"]), NUMBERS),
    "account_id": st.just(Call("me")),
    "team_ids": st.just(Call("me")),
}


def _words(name: str) -> st.SearchStrategy[Word | Call]:
    if name in {"name", "title", "custom.region"}:
        return WILD
    single = VALUES[name] if name not in {"tags", "team_ids"} else LETTERS
    single = IDS if name == "team_ids" else single
    written = single.map(lambda value: Word((_write(value),), quoted=True))
    return written | CALLS[name] if name in CALLS else written


def _write(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _compares(name: str) -> st.SearchStrategy[Compare]:
    presence = st.sampled_from(
        [Compare(name, "=", Word(("null",))), Compare(name, ":", Word(("", "")))]
    )
    operators = st.sampled_from(list(OPERATORS[name]))
    days = DATES.map(lambda day: Word((day.isoformat(),)))
    words = _words(name) | days if name.endswith("_at") else _words(name)
    return presence | st.builds(Compare, st.just(name), operators, words)


LEAVES: st.SearchStrategy[Node] = st.sampled_from(sorted(OPERATORS)).flatmap(_compares) | st.builds(
    Search, WILD
)
NODES = st.recursive(
    LEAVES,
    lambda nodes: (
        st.builds(Not, nodes)
        | st.builds(And, st.tuples(nodes, nodes))
        | st.builds(Or, st.tuples(nodes, nodes))
    ),
    max_leaves=5,
)


async def found_by_sql(
    connection: AsyncConnection, node: Node | None, rows: list[dict[str, object]]
) -> set[object]:
    """The ids that the database finds among the rows, which it forgets again."""
    await connection.rollback()
    await connection.execute(insert(deal), rows)
    found = await connection.execute(select(deal.c.id).where(to_sql(node, FIELDS, CONTEXT)))
    ids = set(found.scalars())
    await connection.rollback()
    return ids


def found_in_memory(node: Node | None, rows: list[dict[str, object]]) -> set[object]:
    return {values["id"] for values in rows if matches(node, FIELDS, seen(values), CONTEXT)}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, node=NODES)
async def test_database_and_memory_find_the_same_records(
    connection: AsyncConnection, rows: list[dict[str, object]], node: Node
) -> None:
    records = [row(number, values) for number, values in enumerate(rows)]
    assert await found_by_sql(connection, node, records) == found_in_memory(node, records)


# So few letters that patterns and names meet often.
NARROW = st.text("aB_%\\", max_size=3)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    shown=st.lists(NARROW, min_size=10, max_size=30, unique=True),
    pieces=st.lists(NARROW, min_size=1, max_size=4).map(tuple),
    operator=st.sampled_from(["=", ":"]),
)
@example(["ab", "a_", "a%", "a\\"], ("a_",), "=")
@example(["aba", "abab"], ("a", "b", "b", ""), "=")
async def test_patterns_match_the_same_names(
    connection: AsyncConnection, shown: list[str], pieces: tuple[str, ...], operator: str
) -> None:
    records = [row(number, {"name": name}) for number, name in enumerate(shown)]
    node = Compare("name", operator, Word(pieces, quoted=True))
    assert await found_by_sql(connection, node, records) == found_in_memory(node, records)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, node=NODES)
def test_a_record_written_as_json_matches_like_the_record_itself(
    rows: list[dict[str, object]], node: Node
) -> None:
    for values in rows:
        record = seen(row(0, values))
        written = json.loads(json.dumps(record, default=_write))
        found = matches(node, FIELDS, written, CONTEXT)
        assert found == matches(node, FIELDS, record, CONTEXT)


def test_every_kind_is_compared() -> None:
    assert {name.partition(".")[0] for name in OPERATORS} | {"id"} == {*KINDS, "account"}
