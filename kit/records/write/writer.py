"""How records reach their tables: in one statement with their history and events.

SQLAlchemy spends 500 µs of CPU on flushing one new row, PostgreSQL 100 on taking it. So a unit of
work writes all that it changed at once: the rows of each table as JSON that PostgreSQL spreads over
the columns, so that one text serves any number of rows and any mixture of empty fields.
"""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson

from kit.entity import Record, Row
from kit.entity.tracking import former
from kit.errors import Conflict
from kit.references.fetch import Fetch

_KEPT = 1_000
_KEY = ("id", "version")
_BESIDE_PARAMETERS = 11

# Each step reads from the one before, so that PostgreSQL has to finish that first: rows are locked when
# their history gets its place, and history stands when the events get theirs, in the same order.
_BESIDE = """
kept as (
  insert into history (entity, record_id, at, actor, what, version, changes)
  select entity, record_id, $1, $2, what, version, changes::jsonb
  from written, unnest($3::text[], $4::uuid[], $5::text[], $6::int[], $7::text[])
    with ordinality as change(entity, record_id, what, version, changes, place)
  where written.as_read order by place returning 1),
told as (
  insert into outbox (id, subject, body, headers)
  select id, subject, body, headers::jsonb
  from (select count(*) from kept) as history, unnest($8::uuid[], $9::text[], $10::bytea[], $11::text[])
    with ordinality as event(id, subject, body, headers, place)
  order by place)
"""
_NOT_AS_READ = "RP001"
"""What `as_read` raises, a function of every database; see kit/database/additions.py."""


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


async def write(fetch: Fetch, parts: Parts, beside: Sequence[Any]) -> None:
    """Writes rows and what stands beside them; Conflict when a row is no longer as it was read."""
    text = _statement(tuple((part, len(records) > 1) for part, records in parts.items()))
    rows = [_rows(part, records) for part, records in parts.items()]
    try:
        (answers,) = await fetch(text, [*beside, *rows])
    except asyncpg.PostgresError as refused:
        if refused.sqlstate == _NOT_AS_READ:
            raise Conflict from refused
        raise
    for records, answer in zip(parts.values(), tuple(answers)[:-1], strict=True):
        if answer is not None:
            _take_over(records, answer)


def parts_of(
    new: Iterable[Record], old: Iterable[Record] = (), gone: Iterable[Record] = ()
) -> Parts:
    """Rows by what is done to them; those that others may hold in one order, so that none deadlock."""
    parts: dict[Part, list[Record]] = {}
    for record in sorted(old, key=_id):
        if columns := _moved(record):
            parts.setdefault(Part(type(record), "updated", columns), []).append(record)
    for record in new:
        parts.setdefault(Part.created(type(record)), []).append(record)
    for record in sorted(gone, key=_id):
        parts.setdefault(Part.deleted(type(record)), []).append(record)
    return parts


def _id(record: Record) -> UUID:
    return record.id


def _moved(record: Record) -> tuple[str, ...]:
    """The columns that differ from the row as it was read."""
    columns = type(record).__table__.c
    return tuple(sorted(name for name in former(record) if name in columns))


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
    """What JSON has no form for, as PostgreSQL reads it; orjson itself knows days and moments."""
    if isinstance(value, Row):
        return value.plain()
    # The driver's ids are a kind of their own.
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"No column takes {type(value).__name__}.")


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
    steps, checks, answers = [], [], []
    for number, (part, many) in enumerate(parts):
        spread = "jsonb_populate_recordset" if many else "jsonb_populate_record"
        given = f"${number + _BESIDE_PARAMETERS + 1}::text::jsonb"
        rows = f"{spread}(null::{_quoted(part.kind.__tablename__)}, {given})"
        steps.append(f"part{number} as ({_step(part, rows)})")
        expected = f"jsonb_array_length({given})" if many else "1"
        checks.append(f"as_read((select count(*) from part{number}), {expected})")
        answers.append(_answer(part, number))
    written = f"written as materialized (select {' and '.join(checks)} as as_read)"
    # Asked once more, since where nothing is told of a change nothing above reads it.
    answers.append("(select as_read from written)")
    return f"with {', '.join(steps)}, {written}, {_BESIDE} select {', '.join(answers)}"


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


def _answer(part: Part, number: int) -> str:
    """What the database gave to new rows by itself."""
    gave = part.what == "created" and _given_there(part.kind)
    return f"(select json_agg(made)::text from part{number} as made)" if gave else "null"


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
