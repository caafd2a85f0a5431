"""How records reach their tables: past SQLAlchemy's flush, in one statement with history and events.

SQLAlchemy spends 500 µs of CPU on flushing one new row, PostgreSQL 100 on taking it. So a unit of
work writes all that it changed at once: the rows of each table as JSON that PostgreSQL spreads over
the columns, so that one text serves any number of rows and any mixture of empty fields.
"""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Self

import asyncpg
import orjson

from kit.entity import Record, Row
from kit.errors import Conflict

_KEPT = 1_000
_KEY = ("id", "version")
_BESIDE_PARAMETERS = 11

# Nothing refers to these two, so that they run after the rows, whose locks give the events of one
# record their order.
_BESIDE = """
kept as (
  insert into history (entity, record_id, at, actor, what, version, changes)
  select entity, record_id, $1, $2, what, version, changes::jsonb
  from unnest($3::text[], $4::uuid[], $5::text[], $6::int[], $7::text[])
    with ordinality as change(entity, record_id, what, version, changes, place)
  order by place),
told as (
  insert into outbox (id, subject, body, headers)
  select id, subject, body, headers::jsonb
  from unnest($8::uuid[], $9::text[], $10::bytea[], $11::text[])
    with ordinality as event(id, subject, body, headers, place)
  order by place)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What happens alike to some rows of one table: all are made, changed in these columns, or taken away."""

    kind: type[Record]
    what: str
    columns: tuple[str, ...] = ()

    @classmethod
    def created(cls, kind: type[Record]) -> Self:
        """New rows: all columns but those that the database fills by itself."""
        return cls(kind, "created", _stored(kind))

    @classmethod
    def deleted(cls, kind: type[Record]) -> Self:
        """Rows to take away, if access to them is still as it was too: it may have been handed on."""
        return cls(kind, "deleted", ("keys", "wkeys", "full_keys"))


Parts = Mapping[Part, Sequence[Record]]


async def write(connection: asyncpg.Connection, parts: Parts, beside: Sequence[Any]) -> None:
    """Writes rows and what stands beside them; Conflict when a row is no longer as it was read."""
    text = _statement(tuple((part, len(records) > 1) for part, records in parts.items()))
    rows = [_rows(part, records) for part, records in parts.items()]
    try:
        answers = await connection.fetchrow(text, *beside, *rows)
    except asyncpg.DivisionByZeroError as stale:
        raise Conflict from stale
    for records, answer in zip(parts.values(), answers, strict=True):
        if isinstance(answer, str):
            _take_over(records, answer)


def _take_over(records: Sequence[Record], answer: str) -> None:
    """What the database itself gave to new rows."""
    made = {each.pop("id"): each for each in orjson.loads(answer)}
    for record in records:
        for name, value in made[str(record.id)].items():
            setattr(record, name, value)


def _rows(part: Part, records: Sequence[Record]) -> str:
    names = dict.fromkeys((*_KEY, *part.columns))
    values = [{name: vars(record).get(name) for name in names} for record in records]
    source = values if len(values) > 1 else values[0]
    return orjson.dumps(source, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _plain(value: Any) -> Any:
    return value.plain() if isinstance(value, Row) else str(value)


# The text of the statement.


@cache
def _stored(kind: type[Record]) -> tuple[str, ...]:
    columns = kind.__table__.c
    return tuple(each.name for each in columns if each.server_default is None)


@cache
def _given_there(kind: type[Record]) -> tuple[str, ...]:
    """The columns of a new row that only the database knows, e.g. numbers from a sequence."""
    columns = kind.__table__.c
    return tuple(each.name for each in columns if each.server_default and not each.computed)


@lru_cache(maxsize=_KEPT)
def _statement(parts: tuple[tuple[Part, bool], ...]) -> str:
    steps, answers = [], []
    for number, (part, many) in enumerate(parts):
        spread = "jsonb_populate_recordset" if many else "jsonb_populate_record"
        given = f"${number + _BESIDE_PARAMETERS + 1}::text::jsonb"
        rows = f"{spread}(null::{_quoted(part.kind.__tablename__)}, {given})"
        steps.append(f"part{number} as ({_step(part, rows)})")
        expected = f"jsonb_array_length({given})" if many else "1"
        answers.append(f"(select {_answer(part, expected)} from part{number} as made)")
    return f"with {', '.join(steps)}, {_BESIDE} select {', '.join(answers)}"


def _step(part: Part, rows: str) -> str:
    table = _quoted(part.kind.__tablename__)
    if part.what == "created":
        names = _list(part.columns)
        made = _list(("id", *_given_there(part.kind)))
        way = "on conflict do nothing" if part.kind.gives_way else ""
        return f"insert into {table} ({names}) select {names} from {rows} {way} returning {made}"
    same = f"old.id = new.id and old.version = new.version{_step_back(part)}"
    if part.what == "deleted":
        same += "".join(f" and old.{name} = new.{name}" for name in map(_quoted, part.columns))
        return f"delete from {table} as old using {rows} as new where {same} returning 1"
    values = ", ".join(f"{_quoted(name)} = new.{_quoted(name)}" for name in part.columns)
    return f"update {table} as old set {values} from {rows} as new where {same} returning 1"


def _step_back(part: Part) -> str:
    """A row that got a new version must still have the one before."""
    return " - 1" if "version" in part.columns and part.what == "updated" else ""


def _answer(part: Part, expected: str) -> str:
    """What the database gave, or that all rows were as expected.

    A row that was not takes the whole statement back by dividing by zero, so that nothing of it
    stays where the statement is a transaction of its own.
    """
    if part.what == "created" and not part.kind.gives_way:
        return "json_agg(made)::text" if _given_there(part.kind) else "count(*)"
    return f"1 / (count(*) = {expected})::int"


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
