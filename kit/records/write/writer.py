"""How records reach their tables: in one statement with their history and events.

SQLAlchemy spends 500 µs of CPU on flushing one new row, PostgreSQL 100 on taking it. So a unit of
work writes all that it changed at once: the rows of each table as JSON that PostgreSQL spreads over
the columns, so that one text serves any number of rows and any mixture of empty fields.
"""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson

from kit.duplicates import keeping
from kit.entity import Part, Record, Row
from kit.entity.parts import parts_in
from kit.entity.tracking import former, replaced
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
  where written.as_read order by place returning seq, record_id),
heard as (
  insert into followed_change (seq) select seq from kept
  where exists (select from follower where follower.record_id = kept.record_id)),
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
class Step:
    """What happens alike to some rows of one table: all are made, changed in these columns, or taken away."""

    kind: type[Record]
    what: str
    columns: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """The fields whose parts are written along."""

    @classmethod
    def created(cls, record: Record) -> Self:
        """A new row: all columns but those that the database fills by itself."""
        kind = type(record)
        parts = tuple(name for name in parts_in(kind) if getattr(record, name))
        return cls(kind, "created", _stored(kind), parts)

    @classmethod
    def updated(cls, record: Record, columns: tuple[str, ...]) -> Self:
        """A row that changes in some columns; parts that were given anew may differ or not."""
        kind = type(record)
        parts = tuple(name for name in parts_in(kind) if replaced(record, name))
        return cls(kind, "updated", columns, parts)

    @classmethod
    def deleted(cls, kind: type[Record]) -> Self:
        """Rows to take away, if access to them is still as it was too: it may have been handed on."""
        return cls(kind, "deleted", ("keys", "wkeys", "full_keys"))


Steps = Mapping[Step, Sequence[Record]]


async def write(fetch: Fetch, steps: Steps, beside: Sequence[Any], agreeing: str = "") -> None:
    """Writes rows and what stands beside them; Conflict when a row is no longer as it was read.

    By what records agree with others is written along where something is told of it.
    """
    shape = tuple((step, len(records) > 1) for step, records in steps.items())
    text = _statement(shape, agreeing=bool(agreeing))
    rows = [_rows(step, records) for step, records in steps.items()]
    parts = [
        _rows_of_parts(name, records) for step, records in steps.items() for name in step.parts
    ]
    try:
        told = [agreeing] if agreeing else []
        (answers,) = await fetch(text, [*beside, *rows, *parts, *told])
    except asyncpg.PostgresError as refused:
        if refused.sqlstate == _NOT_AS_READ:
            raise Conflict from refused
        raise
    for records, answer in zip(steps.values(), tuple(answers)[:-1], strict=True):
        if answer is not None:
            _take_over(records, answer)


def steps_of(
    new: Iterable[Record], old: Iterable[Record] = (), gone: Iterable[Record] = ()
) -> Steps:
    """Rows by what is done to them; those that others may hold in one order, so that none deadlock."""
    steps: dict[Step, list[Record]] = {}
    for record in sorted(old, key=_id):
        if columns := _moved(record):
            steps.setdefault(Step.updated(record, columns), []).append(record)
    for record in new:
        steps.setdefault(Step.created(record), []).append(record)
    for record in sorted(gone, key=_id):
        steps.setdefault(Step.deleted(type(record)), []).append(record)
    return steps


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


def _rows(step: Step, records: Sequence[Record]) -> str:
    names = dict.fromkeys((*_KEY, *step.columns))
    values = [{name: vars(record).get(name) for name in names} for record in records]
    return _json(values if len(values) > 1 else values[0])


def _rows_of_parts(name: str, wholes: Sequence[Record]) -> str:
    """The parts that records have from now on; all others that they had go."""
    rows = [
        part.row(whole.id, position)
        for whole in wholes
        for position, part in enumerate(getattr(whole, name))
    ]
    return _json({"wholes": [whole.id for whole in wholes], "rows": rows})


def _json(source: Any) -> str:
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
def _statement(steps: tuple[tuple[Step, bool], ...], *, agreeing: bool) -> str:
    texts, checks, answers = [], [], []
    for number, (step, many) in enumerate(steps):
        spread = "jsonb_populate_recordset" if many else "jsonb_populate_record"
        given = _parameter(number)
        rows = f"{spread}(null::{_quoted(step.kind.__tablename__)}, {given})"
        texts.append(f"step{number} as ({_step(step, rows)})")
        expected = f"jsonb_array_length({given})" if many else "1"
        checks.append(f"as_read((select count(*) from step{number}), {expected})")
        answers.append(_answer(step, number))
    texts += _parts([step for step, _ in steps])
    if agreeing:
        last = len(steps) + sum(len(step.parts) for step, _ in steps)
        texts += (each.format(given=_parameter(last)) for each in (keeping.STEPS, keeping.DUE))
    written = f"written as materialized (select {' and '.join(checks)} as as_read)"
    # Asked once more, since where nothing is told of a change nothing above reads it.
    answers.append("(select as_read from written)")
    return f"with {', '.join(texts)}, {written}, {_BESIDE} select {', '.join(answers)}"


def _parameter(number: int) -> str:
    return f"${number + _BESIDE_PARAMETERS + 1}::text::jsonb"


def _step(step: Step, rows: str) -> str:
    table = _quoted(step.kind.__tablename__)
    if step.what == "created":
        names = _list(step.columns)
        made = _list(("id", *_given_there(step.kind)))
        way = "on conflict do nothing" if step.kind.gives_way else ""
        return f"insert into {table} ({names}) select {names} from {rows} {way} returning {made}"
    same = f"old.id = new.id and old.version = new.version{_step_back(step)}"
    if step.what == "deleted":
        same += "".join(f" and old.{name} = new.{name}" for name in map(_quoted, step.columns))
        return f"delete from {table} as old using {rows} as new where {same} returning 1"
    values = ", ".join(f"{_quoted(name)} = new.{_quoted(name)}" for name in step.columns)
    return f"update {table} as old set {values} from {rows} as new where {same} returning 1"


def _step_back(step: Step) -> str:
    """A row that got a new version must still have the one before."""
    return " - 1" if "version" in step.columns and step.what == "updated" else ""


def _parts(steps: Sequence[Step]) -> Iterator[str]:
    """What writes the parts of each step's records, whose rows are locked by then: one order for all."""
    fields = [(number, step, name) for number, step in enumerate(steps) for name in step.parts]
    for place, (number, step, name) in enumerate(fields):
        part, given = parts_in(step.kind)[name].row, _parameter(len(steps) + place)
        locked = f"(select count(*) from step{number}) > 0"
        if step.what == "updated":
            yield f"gone{place} as ({_parts_gone(part, given, locked)})"
        yield f"parts{place} as ({_parts_kept(part, given, locked)})"


def _parts_gone(part: type[Part], given: str, locked: str) -> str:
    wholes = f"select jsonb_array_elements_text({given} -> 'wholes')::uuid"
    kept = f"select (jsonb_array_elements({given} -> 'rows') ->> 'id')::uuid"
    mine = f"{_quoted(part.of_whole().name)} = any(array({wholes}))"
    table = _quoted(part.table.name)
    return f"delete from {table} where {mine} and id <> all(array({kept})) and {locked}"


def _parts_kept(part: type[Part], given: str, locked: str) -> str:
    """New ones, and those that differ; where a part belongs to another whole it stays there."""
    table, whole = _quoted(part.table.name), _quoted(part.of_whole().name)
    columns = [each.name for each in part.table.columns]
    names, old = _list(columns), _list_of(table, columns)
    values = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns)
    rows = f"jsonb_populate_recordset(null::{table}, {given} -> 'rows')"
    differs = f"({old}) is distinct from ({_list_of('excluded', columns)})"
    return (
        f"insert into {table} ({names}) select {names} from {rows} where {locked} "
        f"on conflict (id) do update set {values} "
        f"where {table}.{whole} = excluded.{whole} and {differs}"
    )


def _answer(step: Step, number: int) -> str:
    """What the database gave to new rows by itself."""
    gave = step.what == "created" and _given_there(step.kind)
    return f"(select json_agg(made)::text from step{number} as made)" if gave else "null"


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _list_of(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{_quoted(name)}" for name in names)


def _quoted(name: str) -> str:
    return f'"{name}"'
