"""Reading without the ORM: one prepared statement, tuples out; the caller's reach is part of the SQL."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import ColumnElement, Select, literal_column
from sqlalchemy.dialects.postgresql import JSONB

from kit.access.fields import chosen, custom_seen, listed
from kit.access.policy import Policy
from kit.access.reach import Reach
from kit.actor import Actor
from kit.database.engine import Database
from kit.database.statements import Statement, Statements, compiled
from kit.entity import Level, Record
from kit.entity.record import words_of
from kit.errors import Invalid, NotFound
from kit.query import Context, Order, decode_token, encode_token, parse, to_sql
from kit.records.read.askable_fields import Asked
from kit.records.read.page import Page, Question, found_by_words, one_row, table_of
from kit.records.read.plans import GATHERED, may_go_by_owner, shared_rows
from kit.records.read.titles import Titles
from kit.telemetry.logs import log

COUNTED = 1_000
_LOOKED_UP_SECONDS = 30
_REMEMBERED = 10_000
_SYSTEM = UUID(int=0)
_LONGEST_SEARCH = 200
_NOTHING = literal_column("'{}'::jsonb", JSONB()).label("custom")


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of rows, their fields in the order of `names`."""

    names: tuple[str, ...]
    rows: Sequence[Any]
    token: str
    total: int | None
    capped: bool


class Reader:
    """Answers get and list for every entity of one service."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy
        self._statements = Statements()
        self.titles = Titles(policy, self._fetch)
        self._shared: dict[Any, tuple[float, bool]] = {}

    async def one(
        self,
        record: type[Record],
        actor: Actor,
        id: UUID,
        names: tuple[str, ...],
    ) -> Any:
        """One row within reach, or NotFound."""
        reach = self._policy.reach(actor, record, Level.READ)
        veiled = self._veiled(record, actor)
        key = (record, names, "one", reach.shape, veiled)
        statement = self._statements.once(
            key, lambda: _shown(one_row(record, reach, names), veiled=veiled)
        )
        rows = await self._fetch(statement, {**reach.parameters, "id": id})
        if not rows:
            raise NotFound
        return rows[0]

    async def page(
        self, record: type[Record], actor: Actor, question: Question, names: tuple[str, ...]
    ) -> Answer:
        """One page of the rows within reach that answer a question."""
        fields = Asked(self._policy, actor, record)
        order = Order.parse(question.order_by, fields)
        seal = f"{record.entity}\n{question.filter}\n{question.search}"
        picked = chosen(question.fields, names) if question.fields else listed(record, names)
        shown = (*picked, "custom")
        page = await self._page(record, actor, question, fields, order, shown, seal)
        given = page.reach.parameters | {"words": _words(question)}
        statement = self._statement(page, actor, question)
        rows = await self._fetch(statement, given | {"limit": question.size + 1})
        rows, token = _ended(rows, page, question.size, seal)
        total, capped = await self._counted(page, given) if question.count else (None, False)
        return Answer(shown, _cut(rows, page.names, shown), token, total, capped)

    async def _page(
        self,
        record: type[Record],
        actor: Actor,
        question: Question,
        fields: Asked,
        order: Order,
        shown: tuple[str, ...],
        seal: str,
    ) -> Page:
        reach = self._policy.reach(actor, record, Level.READ)
        token = question.page_token
        return Page(
            record=record,
            reach=reach,
            names=(*shown, *(key for key in order.keys if key not in shown)),
            where=self._where(record, actor, question.filter, fields),
            order=order,
            found=found_by_words(record, fields) if _words(question) else None,
            after=order.after(decode_token(token, order, seal)) if token else None,
            by_owner=may_go_by_owner(reach, order) and await self._little_shared(record, reach),
            goes_by_caller=fields.goes_by_caller,
        )

    def _where(
        self, record: type[Record], actor: Actor, text: str, fields: Mapping[str, Any]
    ) -> ColumnElement[bool] | None:
        node = parse(text)
        return None if node is None else to_sql(node, fields, self.context(record, actor))

    def context(self, record: type[Record], actor: Actor) -> Context:
        """Who asks, when and where, for `me()`, `now()` and `today()`."""
        searched = [known.column for known in record.fields.values() if known.said.searched]
        zone = ZoneInfo(self._zone(actor))
        return Context(actor.person_id or _SYSTEM, datetime.now(UTC), zone, searched)

    def _zone(self, actor: Actor) -> str:
        """Where the caller's days begin."""
        person = self._policy.organisation.people.get(actor.person_id) if actor.person_id else None
        return person.time_zone if person else "UTC"

    def _statement(self, page: Page, actor: Actor, question: Question) -> Statement:
        """A filter that goes by the caller or by now, and a later page, are built each time."""
        veiled = self._veiled(page.record, actor)
        if question.speaks_of_now or page.goes_by_caller or page.after is not None:
            return compiled(_shown(page.query(), veiled=veiled))
        limits = self._policy.field_access(actor, page.record.entity)
        asked = (question.filter, question.order_by, page.found is not None, page.by_owner)
        reached = (page.reach.shape, frozenset(limits.items()))
        key = (page.record, page.names, *asked, *reached, self._zone(actor))
        return self._statements.once(key, lambda: _shown(page.query(), veiled=veiled))

    def _veiled(self, record: type[Record], actor: Actor) -> bool:
        """Whether the caller may not see the custom fields."""
        return not custom_seen(self._policy, actor, record)

    async def _little_shared(self, record: type[Record], reach: Reach) -> bool:
        """Whether few rows are shared with the caller; looked up again every half minute."""
        key = (record, reach.shared, reach.own, reach.inherited)
        until, few = self._shared.get(key, (0.0, False))
        if until < time.monotonic():
            inherits = bool(reach.inherited)
            count = self._statements.once(
                (record, "shared", inherits),
                lambda: shared_rows(table_of(record), inherits=inherits),
            )
            few = (await self._fetch(count, reach.parameters))[0][0] <= GATHERED
            if len(self._shared) >= _REMEMBERED:
                self._shared.clear()
            self._shared[key] = time.monotonic() + _LOOKED_UP_SECONDS, few
        return few

    async def _counted(self, page: Page, given: Mapping[str, Any]) -> tuple[int, bool]:
        rows = await self._fetch(compiled(page.counting()), {**given, "limit": COUNTED + 1})
        found = int(rows[0][0])
        return min(found, COUNTED), found > COUNTED

    async def _fetch(self, statement: Statement, given: Mapping[str, Any]) -> list[Any]:
        try:
            return await self._database.fetch(statement.text, statement.arguments(given))
        except asyncpg.DataError as wrong:
            # Its message may hold the value, which stays out of the log as it stays out of the answer.
            log.info("reading.value_refused", fault=type(wrong).__name__, state=wrong.sqlstate)
            raise Invalid(
                "A value that was asked for fits no field; check the filter and the values."
            ) from wrong

    async def rows(self, query: Select[Any]) -> list[Any]:
        """The rows of a query that its builder has already narrowed to the caller's reach."""
        return await self._fetch(compiled(query), {})


def _words(question: Question) -> str:
    """The words of the search, if any."""
    if len(question.search) > _LONGEST_SEARCH:
        raise Invalid(search=f"Search for at most {_LONGEST_SEARCH} characters.")
    return words_of(question.search)


def _shown(query: Select[Any], *, veiled: bool) -> Select[Any]:
    """The query, with no custom fields for whoever may not see them."""
    if not veiled:
        return query
    columns = (_NOTHING if each.key == "custom" else each for each in query.selected_columns)
    return query.with_only_columns(*columns)


def _ended(rows: list[Any], page: Page, size: int, seal: str) -> tuple[list[Any], str]:
    """The rows of the page alone, and the token of the next one when there was one row more."""
    if len(rows) <= size:
        return rows, ""
    last = rows[size - 1]
    place = [last[page.names.index(key)] for key in page.order.keys]
    return rows[:size], encode_token(page.order, seal, place)


def _cut(rows: Sequence[Any], picked: tuple[str, ...], shown: tuple[str, ...]) -> Sequence[Any]:
    """Leaves out what was read only to know where the page ends."""
    return rows if len(picked) == len(shown) else [tuple(row)[: len(shown)] for row in rows]
