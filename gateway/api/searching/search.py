"""Asks every service where words are, side by side, and puts what they answer in one order."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.v1 import search_pb2 as pb

from gateway.access import Rights
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from kit.errors import Invalid, Problem
from kit.search.ranking import ranked
from kit.telemetry.logs import log
from kit.wire.plain import plain

FEW = 20
_PATIENCE_SECONDS = 2.0
"""A service that takes longer is named, and what the others found is told without it."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Search:
    """The service `Search` of every process."""

    backends: Backends
    rights: Rights

    async def find(self, query: Query) -> Json:
        """The hits of all services, the best first; a service that did not answer in time is named."""
        return await self._answered(from_query(pb.SearchRequest(), query))

    async def look(self, words: str, most: int, entity: str, place: str) -> Json:
        """The same for pages: everywhere, or only in one entity, or in one kind of place."""
        asked = pb.SearchRequest(q=words, limit=most)
        asked.entities.extend(filter(None, [entity]))
        asked.kinds.extend(filter(None, [place]))
        return await self._answered(asked)

    async def _answered(self, asked: pb.SearchRequest) -> Json:
        self.rights.require_scope(only_reads=True)
        requests = self._requests(asked)
        async with asyncio.TaskGroup() as group:
            tasks = {
                service: group.create_task(self._found(service, request))
                for service, request in requests.items()
            }
        answers = {service: task.result() for service, task in tasks.items()}
        found = [each for each in answers.values() if isinstance(each, pb.SearchHits)]
        limit = asked.limit or FEW
        hits = ranked(hit for each in found for hit in each.items)
        return {
            "items": [plain(hit) for hit in hits[:limit]],
            "capped": len(hits) > limit or any(each.capped for each in found),
            "stopped": sorted(_stopped(answers)),
        }

    def _requests(self, asked: pb.SearchRequest) -> Mapping[str, pb.SearchRequest]:
        """What each service is asked: for its own entities where some are named."""
        if not asked.entities:
            return dict.fromkeys(self.backends.services, asked)
        of_service: dict[str, list[str]] = {}
        for name in asked.entities:
            if name not in self.backends.by_entity:
                raise Invalid(entities=f"There is no entity {name!r}; `/describe` tells which are.")
            of_service.setdefault(self.backends.by_entity[name].service, []).append(name)
        return {service: _narrowed(asked, names) for service, names in of_service.items()}

    async def _found(self, service: str, request: pb.SearchRequest) -> pb.SearchHits | Problem:
        """What one service finds, or why it does not tell; a question that none can answer is refused."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                hits: pb.SearchHits = await self.backends.search(service).Find(
                    request, seconds=_PATIENCE_SECONDS
                )
                return hits
        except TimeoutError:
            return Problem("It took too long.")
        except Problem as problem:
            return problem


def _narrowed(asked: pb.SearchRequest, names: Iterable[str]) -> pb.SearchRequest:
    request = pb.SearchRequest(q=asked.q, kinds=asked.kinds, limit=asked.limit)
    request.entities.extend(names)
    return request


def _stopped(answers: Mapping[str, pb.SearchHits | Problem]) -> Sequence[str]:
    """The services without an answer; what is wrong with the question all of them say alike."""
    problems = {name: each for name, each in answers.items() if isinstance(each, Problem)}
    for service, problem in problems.items():
        if isinstance(problem, Invalid):
            raise problem
        log.info("search.no_answer", peer=service, error=problem.message)
    return list(problems)
