"""The guide to the filter language is true, and no text does worse than being Invalid."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import Invalid
from kit.query import Not, Order, Search, matches, names, parse, to_sql
from tests.kit.query.conftest import ACCOUNTS, CONTEXT, FIELDS, KINDS, PATHS, deal, row, seen

GUIDE = (Path(__file__).parents[3] / "docs" / "filter.md").read_text()
FIRST, SECOND = UUID(int=1), UUID(int=2)


def _lines(heading: str) -> Iterator[list[str]]:
    """The lines of each table whose heading begins so, cell by cell."""
    for table in re.findall(rf"^\| {heading} .*\n\|-.*\n((?:\|.*\n)+)", GUIDE, re.MULTILINE):
        for line in table.splitlines():
            yield [cell.strip() for cell in line.strip("|").split("|")]


EXAMPLES = [(cells[0].strip("`"), cells[1]) for cells in _lines(r"Filter \| Finds")]
MISTAKES = [(cells[0].strip("`"), cells[1]) for cells in _lines(r"Filter \| Message")]

DEALS = [
    row(1, {
        "name": "Acme renewal", "seats": 10, "amount": Decimal("1000.50"), "open": True,
        "due_on": date(2026, 3, 20), "account_id": FIRST, "stage": "open",
        "tags": ["vip", "north"], "team_ids": [FIRST], "custom": {"region": "EMEA"},
    }),
    row(2, {
        "name": "acme pilot", "seats": 5, "amount": Decimal(250), "open": False,
        "due_on": date(2026, 2, 1), "closed_at": datetime.fromisoformat("2026-02-10T09:00:00Z"),
        "account_id": SECOND, "stage": "won", "tags": ["north"], "team_ids": [SECOND],
        "custom": {"region": "APAC"},
    }),
    row(3, {
        "name": 'Zeta "Gold" 50%', "seats": 200, "amount": Decimal(90000), "open": True,
        "due_on": date(2026, 3, 16), "stage": "open",
    }),
    row(4, {
        "name": "O'Brien & Sons", "open": False, "account_id": SECOND, "stage": "lost",
        "closed_at": datetime.fromisoformat("2026-03-15T22:00:00Z"), "tags": ["vip"],
        "team_ids": [FIRST, SECOND], "custom": {"size": "large"},
    }),
    row(5, {
        "seats": 0, "amount": Decimal(0), "open": True, "due_on": date(2026, 12, 31),
        "account_id": FIRST, "stage": "open", "tags": [],
    }),
]  # fmt: skip


def _shown(value: object) -> str:
    match value:
        case None | []:
            return "-"
        case bool():
            return str(value).lower()
        case UUID():
            return f"…{str(value)[-4:]}"
        case list():
            return ", ".join(map(_shown, value))
        case dict():
            return ", ".join(f"{key}: {text}" for key, text in value.items())
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
    return str(value)


def test_the_guide_shows_the_deals_that_its_examples_find() -> None:
    columns = [name for name in KINDS if name not in {"id", "title", "updated_at"}]
    shown = [[str(n), *(_shown(deal[name]) for name in columns)] for n, deal in enumerate(DEALS, 1)]
    assert list(_lines("id")) == shown
    there = [
        [_shown(key), *map(_shown, each.values())] for key, each in ACCOUNTS.items() if key.int
    ]
    assert list(_lines("account")) == there


@pytest.mark.parametrize(("text", "found"), EXAMPLES)
async def test_an_example_finds_what_the_guide_says(
    connection: AsyncConnection, text: str, found: str
) -> None:
    expected = {UUID(int=int(number)) for number in found.split(",") if number}
    node = parse(text)
    await connection.rollback()
    await connection.execute(insert(deal), DEALS)
    query = select(deal.c.id).where(to_sql(node, FIELDS, CONTEXT))
    assert set(await connection.scalars(query)) == expected
    assert {d["id"] for d in DEALS if matches(node, FIELDS, seen(d), CONTEXT)} == expected
    await connection.rollback()


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_says_where_and_what_to_do(text: str, message: str) -> None:
    for use in (
        lambda: to_sql(parse(text), FIELDS, CONTEXT),
        lambda: matches(parse(text), FIELDS, seen(DEALS[0]), CONTEXT),
    ):
        with pytest.raises(Invalid) as problem:
            use()
        assert problem.value.fields == {"filter": message}


def test_the_guide_has_an_example_of_every_operator() -> None:
    text = " ".join(example for example, _ in EXAMPLES)
    for sign in ("=", "!=", "<", "<=", ">", ">=", ":", "AND", "OR", "NOT", "-", "*", "(", "null"):
        assert f"{sign}" in text
    assert {name.partition(".")[0] for found, _ in EXAMPLES for name in names(parse(found))} == (
        {*KINDS, "account"} - {"id", "title", "updated_at"}
    )


OPERATORS = ("=", "!=", "<", "<=", ">", ">=", ":")
LITERALS = (
    "null", "true", "1", "-1.5e9", "1e99", "9223372036854775807", "2026-03-15", "0001-01-01",
    "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "me()", "today(-30)",
    "now()", "today(99999)", '"a b"', "won", "*", "A*", "(a OR b)", str(FIRST),
)  # fmt: skip
SIGNS = ("AND", "OR", "NOT", "-", "(", ")", '"', "'", "\\", "acme", *OPERATORS, *LITERALS)
FIELD = st.sampled_from([*KINDS, *PATHS, "custom.region"])
TERMS = st.builds("{} {} {}".format, FIELD, st.sampled_from(OPERATORS), st.sampled_from(LITERALS))
PARTS = st.lists(st.sampled_from(SIGNS) | FIELD | TERMS, max_size=6)
TEXTS = st.text() | TERMS | PARTS.map(" ".join) | PARTS.map("".join)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
@example("(" * 4000)
@example("(" * 1999 + "a" + ")" * 1999)
@example("-(" * 1300 + "a" + ")" * 1300)
@example("a\0b")
@example("\ud800")
@example("amount = 1e999")
@example("seats = " + "9" * 3900)
@example('name = "\\')
async def test_any_text_is_a_filter_that_the_database_accepts_or_invalid(
    connection: AsyncConnection, text: str
) -> None:
    with suppress(Invalid):
        node = parse(text)
        await connection.rollback()
        await connection.execute(insert(deal), DEALS)
        query = select(deal.c.id).where(to_sql(node, FIELDS, CONTEXT))
        found = {d["id"] for d in DEALS if matches(node, FIELDS, seen(d), CONTEXT)}
        assert set(await connection.scalars(query)) == found
    await connection.rollback()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 4001, "The filter has 4001 characters; shorten it to 4000."),
        ("a " * 101, "The filter has 101 terms; shorten it to 100."),
        ("-(a " * 33 + ")" * 33, "Remove parentheses until at most 32 levels are nested."),
        ("a\0", "At character 2, there is a character that is not text; remove it."),
    ],
)
def test_a_filter_has_limits(text: str, message: str) -> None:
    with pytest.raises(Invalid) as problem:
        parse(text)
    assert problem.value.fields == {"filter": message}


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_filter_finds_everything(text: str) -> None:
    assert parse(text) is None
    assert matches(None, FIELDS, seen(DEALS[0]), CONTEXT)
    assert names(None) == frozenset()


def test_a_hidden_field_reads_like_an_unknown_one() -> None:
    seen = {name: field for name, field in FIELDS.items() if name != "amount"}
    for text in ("amount = 1", "amuont = 1"):
        with pytest.raises(Invalid, match="There is no field"):
            to_sql(parse(text), seen, CONTEXT)
    with pytest.raises(Invalid, match="There is no field"):
        Order.parse("amount", seen)


def test_a_hidden_field_is_not_searched() -> None:
    seen = {name: field for name, field in FIELDS.items() if name != "name"}
    assert "name" not in str(to_sql(parse("acme"), seen, CONTEXT))
    assert not matches(parse("acme"), seen, DEALS[0], CONTEXT)
    with pytest.raises(Invalid, match="Nothing is searched here"):
        to_sql(parse("acme"), FIELDS, replace(CONTEXT, searched=()))


def test_a_record_alone_is_not_asked_what_another_one_says() -> None:
    """An event tells of one record; what it refers to is not guessed, and never taken for missing."""
    for text in ("stage = won OR account.industry = retail", "-account.name:*"):
        with pytest.raises(Invalid, match="is said by another record, which is not looked at here"):
            matches(parse(text), FIELDS, DEALS[0], CONTEXT)


def test_a_filter_names_its_fields() -> None:
    assert names(parse("acme (seats > 1 OR -custom.region:x)")) == {"seats", "custom.region"}


def test_a_filter_is_read_once() -> None:
    assert parse("seats = 77") is parse("seats = 77")
    assert isinstance(parse("-acme"), Not)
    assert isinstance(parse("acme"), Search)


def test_every_value_is_a_bound_parameter() -> None:
    for text, _ in EXAMPLES:
        if (node := parse(text)) and not text.startswith("open"):
            assert "acme" not in str(to_sql(node, FIELDS, CONTEXT)).lower()
