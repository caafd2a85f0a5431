"""Reading without the ORM: one prepared statement, tuples out; the caller's reach is part of the SQL.

A statement is built and compiled once for each shape of question and then kept; the caller's keys,
the words searched for and the place of the page are its parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from kit.access.clause import reachable_by_parameter
from kit.access.fields import chosen, seen, visible
from kit.access.policy import Policy, Reach
from kit.actor import Actor
from kit.database.engine import Database
from kit.entity import Level, Record
from kit.entity.record import words_query
from kit.errors import Invalid, NotFound, Unavailable
from kit.query import Context, Order, decode_token, encode_token, parse, to_sql
from kit.records.plans import by_owner, newest_of_owners

PAGE, MOST, COUNTED = 50, 200, 1_000
_KEPT = 2_000
_SYSTEM = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Question:
    """What one list call asks."""

    filter: str = ""
    order_by: str = ""
    search: str = ""
    page_size: int = 0
    page_token: str = ""
    fields: tuple[str, ...] = ()
    count: bool = False

    @classmethod
    def of(cls, request: Any) -> "Question":
        return cls(
            request.filter,
            request.order_by,
            request.search,
            request.page_size,
            request.page_token,
            tuple(request.fields),
            request.count,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of rows, their fields in the order of `names`."""

    names: tuple[str, ...]
    rows: Sequence[Any]
    token: str
    total: int | None
    capped: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement and the order of its parameters."""

    text: str
    order: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[name] if name in given else self.constants[name] for name in self.order]


_DIALECT = asyncpg_dialect()


def compiled(query: Select[Any]) -> Statement:
    """A statement as asyncpg takes it."""
    text = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return Statement(str(text), tuple(text.positiontup or ()), dict(text.params))


class Reader:
    """Answers get and list for every entity of one service."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy
        self._statements: dict[Any, Statement] = {}

    async def one(
        self,
        record: type[Record],
        actor: Actor,
        id: UUID,
        names: tuple[str, ...],
    ) -> Any:
        """One row within reach, or NotFound."""
        reach = self._policy.reach(actor, record, Level.READ)
        key = (record, names, "one", reach.all, bool(reach.keys))
        statement = self._kept(key, lambda: _one(record, reach, names))
        rows = await self._fetch(statement, {**reach.parameters, "id": id})
        if not rows:
            raise NotFound
        return rows[0]

    async def page(
        self, record: type[Record], actor: Actor, question: Question, names: tuple[str, ...]
    ) -> Answer:
        """One page of the rows within reach that answer a question."""
        fields = visible(self._policy, actor, record)
        order = Order.parse(question.order_by, fields)
        fingerprint = f"{record.entity}\n{question.filter}\n{question.search}"
        size = _size(question.page_size)
        shown = (*chosen(question.fields, names), "custom")
        picked = (*shown, *(key for key in order.keys if key not in shown))
        reach = self._policy.reach(actor, record, Level.READ)
        where = self._where(record, actor, question, fields)
        after: ColumnElement[bool] | None = None
        if question.page_token:
            after = order.after(decode_token(question.page_token, order, fingerprint))
        build = _Page(record, reach, picked, where, order, question.search, after)
        statement = self._statement(build, actor, question)
        given = reach.parameters | {"limit": size + 1}
        rows = await self._fetch(statement, given | _words(question.search))
        token = ""
        if len(rows) > size:
            rows = rows[:size]
            token = encode_token(
                order, fingerprint, [rows[-1][picked.index(key)] for key in order.keys]
            )
        total, capped = (
            await self._count(build, given, question) if question.count else (None, False)
        )
        return Answer(shown, _cut(rows, picked, shown), token, total, capped)

    def _where(
        self, record: type[Record], actor: Actor, question: Question, fields: Mapping[str, Any]
    ) -> ColumnElement[bool] | None:
        node = parse(question.filter)
        return None if node is None else to_sql(node, fields, self.context(record, actor))

    def context(self, record: type[Record], actor: Actor) -> Context:
        """Who asks, when and where, for `me()`, `now()` and `today()`."""
        person = self._policy.organisation.people.get(actor.person_id) if actor.person_id else None
        searched = [known.column for known in record.fields.values() if known.said.searched]
        zone = ZoneInfo(person.time_zone) if person else UTC
        return Context(actor.person_id or _SYSTEM, datetime.now(UTC), zone, searched)

    def _statement(self, build: "_Page", actor: Actor, question: Question) -> Statement:
        """A filter that speaks of the caller or of now, and a later page, are built each time."""
        if "(" in question.filter or build.after is not None:
            return compiled(build.query())
        reach = build.reach
        key = (build.record, build.names, question.filter, question.order_by, bool(question.search),
               reach.all, bool(reach.keys), by_owner(reach, build.order), tuple(self._policy.field_access(actor, build.record.entity)))  # fmt: skip
        return self._kept(key, lambda: compiled(build.query()))

    def _kept(self, key: Any, build: Any) -> Statement:
        known = self._statements.get(key)
        if known is None:
            if len(self._statements) >= _KEPT:
                self._statements.clear()
            known = self._statements[key] = build()
        return known

    async def _count(
        self, build: "_Page", given: dict[str, Any], question: Question
    ) -> tuple[int, bool]:
        statement = compiled(replace(build, after=None).counting())
        rows = await self._fetch(
            statement, given | _words(question.search) | {"limit": COUNTED + 1}
        )
        found = int(rows[0][0])
        return min(found, COUNTED), found > COUNTED

    async def _fetch(self, statement: Statement, given: Mapping[str, Any]) -> list[Any]:
        try:
            return await self._database.pool.fetch(
                statement.text, *statement.arguments(given), timeout=10
            )  # type: ignore[no-any-return]
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as gone:
            raise Unavailable("The database does not answer right now.") from gone
        except asyncpg.DataError as wrong:
            raise Invalid(filter=f"A value does not fit its field: {wrong}") from wrong

    async def rows(self, query: Select[Any]) -> list[Any]:
        """The rows of a query that its builder has already narrowed to the caller's reach."""
        return await self._fetch(compiled(query), {})


@dataclass(frozen=True, slots=True)
class _Page:
    """How a page's statement is put together."""

    record: type[Record]
    reach: Reach
    names: tuple[str, ...]
    where: ColumnElement[bool] | None
    order: Order
    search: str
    after: ColumnElement[bool] | None

    def _narrowed(self, query: Select[Any]) -> Select[Any]:
        query = query.where(reachable_by_parameter(self.record, self.reach, Level.READ))
        if self.where is not None:
            query = query.where(self.where)
        if self.search:
            query = query.where(_found(self.record))
        return query

    def query(self) -> Select[Any]:
        query = self._narrowed(select(*_columns(self.record, self.names)))
        if self.after is not None:
            query = query.where(self.after)
        return query.order_by(*self.order.clauses()).limit(bindparam("limit", type_=None))

    def counting(self) -> Select[Any]:
        rows = self._narrowed(select(self.record.__table__.c.id)).limit(
            bindparam("limit", type_=None)
        )
        return select(func.count()).select_from(rows.subquery())


def _one(record: type[Record], reach: Reach, names: tuple[str, ...]) -> Statement:
    query = select(*_columns(record, names)).where(
        record.__table__.c.id == bindparam("id"), reachable_by_parameter(record, reach, Level.READ)
    )
    return compiled(query)


def _table(record: type[Record]) -> Table:
    assert isinstance(record.__table__, Table)  # noqa: S101 - an entity is one table
    return record.__table__


def _columns(record: type[Record], names: Sequence[str]) -> list[Any]:
    return [record.__table__.c[name] for name in names]


def _found(record: type[Record]) -> ColumnElement[bool]:
    table = record.__table__
    if "search" not in table.c:
        raise Invalid(search=f"{record.plural} cannot be searched by words; use a filter.")
    return table.c.search.op("@@")(words_query())


def _words(search: str) -> dict[str, str]:
    from kit.entity.record import words_of

    return {"words": words_of(search)} if search else {}


def _size(asked: int) -> int:
    if asked < 0 or asked > MOST:
        raise Invalid(page_size=f"Ask for 1 to {MOST} rows.")
    return asked or PAGE


def _cut(rows: Sequence[Any], picked: tuple[str, ...], shown: tuple[str, ...]) -> Sequence[Any]:
    """Leaves out what was read only to know where the page ends."""
    return rows if len(picked) == len(shown) else [tuple(row)[: len(shown)] for row in rows]


def shown_names(
    policy: Policy, actor: Actor, record: type[Record], names: Sequence[str]
) -> tuple[str, ...]:
    """The fields of the contract that the caller may see."""
    return seen(policy, actor, record, names)
