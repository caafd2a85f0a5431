"""Pages join without a gap or a repeat, and a page token fits only its own list."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, insert, select, true
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import Invalid
from kit.query import Order, decode_token, encode_token
from tests.kit.query.conftest import CONTEXT, FIELDS, NIL, deal, row
from tests.kit.query.test_equality import ROWS

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types
SORTED = [name for name in FIELDS if name not in {"tags", "team_ids", "custom", "account.labels"}]
ORDERS = st.lists(
    st.tuples(st.sampled_from([*SORTED, "custom.region"]), st.sampled_from(["", " asc", " desc"])),
    max_size=3,
    unique_by=lambda key: key[0],
).map(lambda keys: ", ".join(name + direction for name, direction in keys))


async def page(
    connection: AsyncConnection, order: Order, condition: ColumnElement[bool], size: int
) -> list[tuple[object, ...]]:
    columns = [key.target.column for key in order.by]
    query = select(*columns).where(condition).order_by(*order.clauses()).limit(size)
    return [tuple(found) for found in await connection.execute(query)]


async def pages(connection: AsyncConnection, order: Order, size: int) -> list[tuple[object, ...]]:
    """Every row, read page by page through tokens as a client does."""
    read = found = await page(connection, order, true(), size)
    while found:
        token = encode_token(order, "filter", found[-1])
        after = order.after(decode_token(token, order, "filter"))
        found = await page(connection, order, after, size)
        read = read + found
    return read


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, text=ORDERS, size=st.integers(1, 3))
async def test_pages_join_without_gap_or_repeat(
    connection: AsyncConnection, rows: list[dict[str, object]], text: str, size: int
) -> None:
    await connection.rollback()
    await connection.execute(insert(deal), [row(n, values) for n, values in enumerate(rows)])
    order = Order.parse(text, FIELDS)
    whole = await page(connection, order, true(), 100)
    assert await pages(connection, order, size) == whole
    assert len(whole) == len(rows)
    await connection.rollback()


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("name", [*SORTED, "custom.region"])
async def test_missing_values_come_last(
    connection: AsyncConnection, name: str, direction: str
) -> None:
    await connection.rollback()
    values = {
        "name": "a", "seats": 1, "amount": 1, "open": True, "due_on": CONTEXT.now.date(),
        "closed_at": CONTEXT.now, "account_id": NIL, "stage": "won", "custom": {"region": "x"},
    }  # fmt: skip
    await connection.execute(insert(deal), [row(1, {}), row(2, values), row(3, {})])
    order = Order.parse(f"{name} {direction}", FIELDS)
    found = await pages(connection, order, 1)
    missing = [line[0] is None for line in found]
    assert missing == sorted(missing)
    assert len(found) == 3
    await connection.rollback()


def test_the_default_order_is_one_comparison_of_rows() -> None:
    order = Order.parse("", FIELDS)
    assert order.keys == ("updated_at", "id")
    assert [str(clause) for clause in order.clauses()] == ["deal.updated_at DESC", "deal.id DESC"]
    after = order.after([CONTEXT.now, NIL]).compile(dialect=DIALECT)
    assert str(after) == ("(deal.updated_at, deal.id) < ($1::TIMESTAMP WITH TIME ZONE, $2::UUID)")


async def test_the_database_answers_a_row_comparison_from_the_index(
    connection: AsyncConnection,
) -> None:
    await connection.rollback()
    await connection.exec_driver_sql("CREATE INDEX ON deal (updated_at, id)")
    # Which plan is cheapest hangs on what the tests before left behind; whether there is one does not.
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    order = Order.parse("", FIELDS)
    after = order.after([CONTEXT.now, NIL])
    query = select(deal.c.id).where(after).order_by(*order.clauses()).limit(50)
    text = str(query.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    plan = "\n".join((await connection.exec_driver_sql(f"EXPLAIN {text}")).scalars())
    assert "Index Cond: (ROW(updated_at, id) < ROW(" in plan
    assert "Sort" not in plan
    await connection.rollback()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("amount desc, name", ("amount", "name", "id")),
        ("id", ("id",)),
        ("stage, id desc, name", ("stage", "id")),
        ("custom.region", ("custom.region", "id")),
    ],
)
def test_an_order_ends_with_the_id(text: str, keys: tuple[str, ...]) -> None:
    assert Order.parse(text, FIELDS).keys == keys


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("amont", "There is no field “amont”; perhaps you mean “amount”."),
        ("amount down", "“amount down” cannot be read; write it as in: amount desc, name."),
        ("name,", "“” cannot be read; write it as in: amount desc, name."),
        ("name, name desc", "“name” is named twice; remove one of them."),
        ("tags", "“tags” is a list and has no order; choose another field."),
        ("a," * 20, "The order has 21 fields; use at most 8."),
    ],
)
def test_a_wrong_order_says_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as problem:
        Order.parse(text, FIELDS)
    assert problem.value.fields == {"order_by": reason}


@given(text=st.text())
def test_any_text_is_an_order_or_invalid(text: str) -> None:
    with suppress(Invalid):
        assert Order.parse(text, FIELDS).keys[-1] == "id"


@given(token=st.text() | st.text("ABCabc-_0129"))
def test_any_text_is_a_token_or_invalid(token: str) -> None:
    with pytest.raises(Invalid, match="start again from the first page"):
        decode_token(token, Order.parse("", FIELDS), "")


@given(place=st.integers(0, 60), letter=st.sampled_from("ABCxyz019-_"))
def test_a_changed_token_is_refused(place: int, letter: str) -> None:
    order = Order.parse("", FIELDS)
    token = encode_token(order, "filter", [CONTEXT.now, NIL])
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(Invalid, match="start again from the first page"):
            decode_token(changed, order, "filter")


def test_a_token_fits_only_its_own_filter_and_order() -> None:
    order = Order.parse("", FIELDS)
    token = encode_token(order, "filter", [CONTEXT.now, NIL])
    assert decode_token(token, order, "filter") == [CONTEXT.now, NIL]
    for other, fingerprint in (
        (order, "other filter"),
        (Order.parse("updated_at", FIELDS), "filter"),
        (Order.parse("closed_at desc", FIELDS), "filter"),
    ):
        with pytest.raises(Invalid, match="start again from the first page"):
            decode_token(token, other, fingerprint)
