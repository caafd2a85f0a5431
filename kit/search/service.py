"""The service `Search` over everything that one process keeps."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crm.v1 import search_pb2 as pb
from crm.v1.search_pb2_grpc import SearchServicer

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.taking import takes_notes
from kit.database.statements import Statement, Statements
from kit.errors import Invalid
from kit.records.process import Process
from kit.search.asked import KINDS, RECORD, Asked
from kit.search.beside import PLACES, Hanging
from kit.search.hits import Found
from kit.search.in_records import Searched, is_searched
from kit.search.near import widened
from kit.search.ranking import ranked

_FEW, _MOST = 20, 50
_ENOUGH = 5
"""With fewer hits than this, what else may be meant is looked for as well."""
_AT_ONCE = 4
"""Of a search no more statements run side by side, so that it leaves connections to others."""


class Source(Protocol):
    """One statement of a search, and what its rows say."""

    def statement(self, kept: Statements) -> Statement: ...
    def given(self, asked: Asked) -> Any: ...
    def found(self, row: Any) -> Found: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one way to take the words, and whether there may be more."""

    hits: Sequence[pb.SearchHit]
    capped: bool


class Search(SearchServicer):
    """Finds words in the records of one process, and in what hangs on them."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._statements = Statements()

    async def Find(self, request: pb.SearchRequest, context: Any) -> pb.SearchHits:
        asked, limit = Asked.of(request.q), request.limit or _FEW
        sources = list(self._sources(request))
        if not asked.words:
            return pb.SearchHits()
        found = await self._answer(sources, asked)
        hits, capped = found.hits, found.capped
        if len(hits) < _ENOUGH and (wider := await widened(self.process.database, asked)):
            found = await self._answer(sources, wider)
            hits, capped = found.hits, found.capped
        return pb.SearchHits(items=hits[:limit], capped=capped or len(hits) > limit)

    def _sources(self, request: pb.SearchRequest) -> Iterator[Source]:
        kinds = _kinds(request.kinds)
        permits = list(self._permits(request.entities))
        if RECORD in kinds:
            yield from (Searched(each) for each in permits if is_searched(each))
        hung_on = [each for each in permits if self._takes_notes(each)]
        if hung_on:
            yield from (Hanging(place, hung_on) for place in PLACES if place.kind in kinds)

    def _permits(self, named: Sequence[str]) -> Iterator[Permit]:
        """What the caller may view, of the entities named, or of those in which people look."""
        for name in named:
            if name not in self.process.entities:
                raise Invalid(entities=f"{self.process.name} has no entity {name!r}.")
        for record in self.process.entities.values():
            wanted = record.entity in named if named else self._is_looked_into(record)
            permit = self.process.policy.permit(calling(), record)
            if wanted and "view" in permit.rights:
                yield permit

    def _is_looked_into(self, record: Any) -> bool:
        return record.presentation.sought or takes_notes(
            self.process.shapes[record].message.DESCRIPTOR
        )

    def _takes_notes(self, permit: Permit) -> bool:
        return takes_notes(self.process.shapes[permit.record].message.DESCRIPTOR)

    async def _answer(self, sources: Iterable[Source], asked: Asked) -> Answer:
        turns = asyncio.Semaphore(_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                found = (_in_turn(turns, self._found(each, asked)) for each in sources)
                tasks = [group.create_task(each) for each in found]
        except ExceptionGroup as several:
            # Each alone says what is wrong, and one is enough.
            raise several.exceptions[0] from several
        answers = [task.result() for task in tasks]
        best: dict[tuple[str, ...], pb.SearchHit] = {}
        for each in ranked(hit for found in answers for hit in found.hits):
            # A file that has the words in its name and in its text is one hit.
            best.setdefault((each.entity, each.id, each.part_id), each)
        return Answer(list(best.values()), any(found.capped for found in answers))

    async def _found(self, source: Source, asked: Asked) -> Answer:
        statement, given = source.statement(self._statements), source.given(asked)
        fetched = await self.process.database.fetch(statement.text, statement.arguments(given))
        rows = statement.rows(fetched)
        hits = (source.found(row).hit(asked) for row in rows)
        return Answer([hit for hit in hits if hit is not None], len(rows) >= given["limit"])


async def _in_turn(turns: asyncio.Semaphore, work: Awaitable[Answer]) -> Answer:
    async with turns:
        return await work


def _kinds(asked: Iterable[str]) -> frozenset[str]:
    if unknown := set(asked) - set(KINDS):
        told = f"{min(unknown)!r} is no place to search; choose of: {', '.join(KINDS)}."
        raise Invalid(kinds=told)
    return frozenset(asked) or frozenset(KINDS)
