"""Indexes over custom fields: built in the background, while everybody goes on working.

A field is compared by an expression over the column `custom`, and an index over the same expression
answers. Rows that say nothing in the field are not in it, and no row is rewritten.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import asyncpg
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql

from kit.actor import Actor, calls
from kit.custom_fields.definition import CustomField
from kit.custom_fields.fields import PREFIX, custom_fields
from kit.entity import Field, Record
from kit.entity.kinds import Boolean, LongText
from kit.entity.record import words_in
from kit.errors import Problem
from kit.events.publishing.lease import Lease
from kit.query import Kind
from kit.query.conditions import LISTS
from kit.telemetry.logs import log
from kit.text.folding import folded

if TYPE_CHECKING:
    from kit.records.process import Process

_LOOK_AGAIN_SECONDS, _FAILED_SECONDS = 1.0, 600.0
_A_DAY = 86_400.0
_LONGEST = 63
_AT_ONCE = "with (fastupdate = off)"
_THERE = """
select named.relname as name, index.indisvalid as valid, obj_description(named.oid) as made_by
from pg_index as index join pg_class as named on named.oid = index.indexrelid
where named.relnamespace = current_schema()::regnamespace and named.relname ~ '^c[uxw]_'
"""

State = tuple[str, str, str]
"""An entity, the key of one of its custom fields, and how its index is: building, ready or failed."""

Tell = Callable[["Process", list[State]], Awaitable[None]]
"""How whoever keeps the definitions comes to know the states."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One index as it should be."""

    name: str
    entity: str
    key: str
    over: str
    unique: bool = False

    @property
    def made_by(self) -> str:
        """What tells it from one over another expression, kept as its comment."""
        return blake2b(self.statement.encode(), digest_size=12).hexdigest()

    @property
    def statement(self) -> str:
        unique = "unique " if self.unique else ""
        return f"create {unique}index concurrently {self.name} on {self.over}"


@lru_cache(maxsize=1_000)
def _wanted_of(record: type[Record], defined: tuple[CustomField, ...]) -> Sequence[Wanted]:
    custom = custom_fields(record, defined)
    return [
        each
        for name, known in custom.fields.items()
        for each in _of_field(record, name, known, unique=custom.defined[name].unique)
    ]


def _of_field(record: type[Record], name: str, known: Field, *, unique: bool) -> Iterator[Wanted]:
    """The indexes of one field: what it is compared by, and the words of a text that is searched."""
    key, kind = name.removeprefix(PREFIX), known.said.kind
    table, entity = record.__tablename__, record.entity
    if not isinstance(kind, Boolean | LongText):
        compared = folded(known.column) if known.kind is Kind.TEXT else known.column
        how = (
            f"using gin ({_sql(compared)}) {_AT_ONCE}"
            if known.kind in LISTS
            else f"({_sql(compared)})"
        )
        over = f'"{table}" {how} where {_sql(compared.is_not(None))}'
        letter = "u" if unique else "x"
        yield Wanted(f"c{letter}_{table}_{key}"[:_LONGEST], entity, key, over, unique)
    if known.said.searched:
        over = f'"{table}" using gin ({_sql(words_in([known.column]))}) {_AT_ONCE}'
        yield Wanted(f"cw_{table}_{key}"[:_LONGEST], entity, key, over)


def _sql(expression: ColumnElement[Any]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types
    said = expression.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"({said})"


class Indexes:
    """Keeps the indexes of one service true to the definitions; of several replicas one does it."""

    def __init__(self, process: "Process", tell: Tell) -> None:
        self._process, self._tell = process, tell
        self._defined: object = None
        self._wanted: Mapping[str, Wanted] = {}
        self._settled: Mapping[str, Wanted] | None = None
        self._failed: dict[str, float] = {}
        self._told: dict[tuple[str, str], str] = {}
        self._silent = ""

    async def run(self) -> None:
        calls(Actor.system(f"{self._process.name}.index_custom_fields"))
        while True:
            try:
                await self.keep()
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("custom_fields.not_indexed", error=repr(error))
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    def wanted(self) -> Mapping[str, Wanted]:
        """By name, as the definitions that are in force have it."""
        defined = self._process.policy.organisation.custom
        if defined is not self._defined:
            entities = self._process.entities.items()
            found = (_wanted_of(record, defined.get(entity, ())) for entity, record in entities)
            self._wanted = {each.name: each for every in found for each in every}
            self._defined = defined
        return self._wanted

    async def keep(self) -> None:
        """One round: what is there, what is lacking, and who is to know of it."""
        wanted = self.wanted()
        if wanted is self._settled:
            await self._say([(each, "ready") for each in wanted.values()])
            return
        there = await self._process.database.fetch(_THERE, [])
        standing = {row["name"] for row in there if _is_as_wanted(wanted, row)}
        lacking = wanted.keys() - standing
        left = {row["name"] for row in there} - standing
        if any(map(self._may_try, left | lacking)):
            await self._build(wanted)
        elif not lacking:
            self._settled = wanted

    async def _build(self, wanted: Mapping[str, Wanted]) -> None:
        settings: Any = self._process.settings
        async with Lease(settings.database_url, f"{self._process.name} indexes") as lease:
            if not await lease.taken():
                return
            there = await lease.connection.fetch(_THERE)
            for row in there:
                if not _is_as_wanted(wanted, row):
                    await self._run(lease, f'drop index concurrently if exists "{row["name"]}"')
            standing = {row["name"] for row in there if _is_as_wanted(wanted, row)}
            for name, each in wanted.items():
                # Of a field that is gone by now nothing is built any more.
                wished = self.wanted().get(name) == each
                if wished and name not in standing and self._may_try(name):
                    await self._make(lease, each)

    def _may_try(self, name: str) -> bool:
        return self._failed.get(name, 0.0) < time.monotonic()

    async def _make(self, lease: Lease, wanted: Wanted) -> None:
        await self._say([(wanted, "building")])
        try:
            await self._run(lease, wanted.statement)
            await self._run(lease, f"comment on index {wanted.name} is '{wanted.made_by}'")
        except asyncpg.UniqueViolationError:
            self._failed[wanted.name] = time.monotonic() + _FAILED_SECONDS
            await self._say([(wanted, "failed")])

    async def _run(self, lease: Lease, statement: str) -> None:
        await lease.connection.execute(statement, timeout=_A_DAY)

    async def _say(self, found: list[tuple[Wanted, str]]) -> None:
        """Tells what differs from what was told before; whoever does not answer is told again."""
        states = {(each.entity, each.key): state for each, state in found}
        news = {name: state for name, state in states.items() if self._told.get(name) != state}
        if not news:
            return
        try:
            await self._tell(self._process, [(*name, state) for name, state in news.items()])
        except Problem as problem:
            if problem.message != self._silent:
                log.warning("custom_fields.not_told", error=problem.message)
            self._silent = problem.message
        else:
            self._told |= news


def _is_as_wanted(wanted: Mapping[str, Wanted], row: Any) -> bool:
    known = wanted.get(row["name"])
    return bool(known and row["valid"] and row["made_by"] == known.made_by)
