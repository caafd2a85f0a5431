"""Reading without the ORM: one prepared statement, tuples out; the caller's reach is part of the SQL."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Select

from kit.access.permit import Permit
from kit.access.policy import Policy
from kit.access.reach import Reach
from kit.database.engine import Database
from kit.database.statements import Statement, Statements, compiled
from kit.entity import Level, Record
from kit.errors import Invalid, Moved, NotFound
from kit.query import decode_token, encode_token
from kit.records.read.leading import led_to
from kit.records.read.listing import Listing, Listings, Question
from kit.records.read.page import Page, one_row, table_of
from kit.records.read.plans import GATHERED, may_go_by_owner, shared_rows
from kit.records.read.titles import Titles
from kit.telemetry.logs import log

COUNTED = 1_000
_LOOKED_UP_SECONDS = 30
_REMEMBERED = 10_000


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
        self._statements = Statements()
        self._listings = Listings()
        self.titles = Titles(policy, self._fetch)
        self._shared: dict[Any, tuple[float, bool]] = {}

    async def one(self, permit: Permit, id: UUID, names: tuple[str, ...]) -> Any:
        """One row within reach, or NotFound."""
        record, reach, veil = permit.record, permit.reach(Level.READ), permit.custom.veil
        statement = self._statements.once(
            (record, names, "one", reach.shape, veil),
            lambda: one_row(record, reach, names, veil),
        )
        rows = await self._fetch(statement, {**reach.parameters, "id": id})
        if not rows:
            raise await self.missing(permit, id)
        return rows[0]

    async def missing(self, permit: Permit, id: UUID) -> NotFound:
        """What is wrong where no such record stands: it may be merged into one that the caller sees."""
        reach = permit.reach(Level.READ)
        statement = self._statements.once(
            (permit.record, "missing", reach.shape), lambda: led_to(permit.record, reach)
        )
        rows = await self._fetch(statement, {**reach.parameters, "id": id})
        return Moved(moved_from=str(id), moved_to=str(rows[0][0])) if rows else NotFound()

    async def page(self, permit: Permit, question: Question, names: tuple[str, ...]) -> Answer:
        """One page of the rows within reach that answer a question; of their fields, `names` are seen."""
        listing = self._listings.of(permit, question, names)
        page = await self._page(permit, question, listing)
        given = {**page.reach.parameters, "words": question.words}
        statement = _statement(page, page.query)
        rows = await self._fetch(statement, {**given, "limit": question.size + 1})
        token = ""
        if len(rows) > question.size:
            rows = rows[: question.size]
            token = _place(rows[-1], listing, question)
        total, capped = await self._counted(page, given) if question.count else (None, False)
        return Answer(listing.shown, _cut(rows, listing), token, total, capped)

    def whole(
        self, permit: Permit, question: Question, names: tuple[str, ...]
    ) -> tuple[Page, Statement, Sequence[Any]]:
        """The page that holds every row of a question, with its statement and what that is given."""
        listing = self._listings.of(permit, question, names)
        page = Page(listing, permit.reach(Level.READ), None, by_owner=False)
        statement = _statement(page, page.query)
        given = {**page.reach.parameters, "words": question.words, "limit": None}
        return page, statement, statement.arguments(given)

    async def _page(self, permit: Permit, question: Question, listing: Listing) -> Page:
        reach, order, token = permit.reach(Level.READ), listing.order, question.page_token
        after = order.after(decode_token(token, order, _seal(listing, question))) if token else None
        by_owner = not reach.all and may_go_by_owner(reach, order)
        by_owner = by_owner and await self._little_shared(listing.record, reach)
        return Page(listing, reach, after, by_owner)

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
        statement = _statement(replace(page, after=None), page.counting, "counting")
        rows = await self._fetch(statement, {**given, "limit": COUNTED + 1})
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


def _statement(page: Page, query: Callable[[], Select[Any]], of: str = "rows") -> Statement:
    """Kept with its listing; what does not last is built each time, and so is a later page."""
    if page.after is not None or not page.listing.lasts:
        return compiled(query())
    key, kept = (of, page.shape), page.listing.statements
    known = kept.get(key)
    if known is None:
        known = kept[key] = compiled(query())
    return known


def _seal(listing: Listing, question: Question) -> str:
    """What a page's token is good for."""
    return f"{listing.record.entity}\n{question.filter}\n{question.words}"


def _place(last: Any, listing: Listing, question: Question) -> str:
    """The token of the page after this row."""
    place = [last[listing.names.index(key)] for key in listing.order.keys]
    return encode_token(listing.order, _seal(listing, question), place)


def _cut(rows: Sequence[Any], listing: Listing) -> Sequence[Any]:
    """Leaves out what was read only to know where the page ends."""
    names, shown = len(listing.names), len(listing.shown)
    return rows if names == shown else [tuple(row)[:shown] for row in rows]
