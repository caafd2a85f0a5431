"""What a person has in all services, and how far each is with handing it over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from crm.v1 import hand_overs_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.operations import Operations
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from kit.access.policy import require_to_hand_over
from kit.actor import calling
from kit.errors import Problem, Unavailable

_PATIENCE_SECONDS = 5.0
_PEOPLE, _DECISIONS = "people", "hand-overs"

Json = dict[str, Any]


@dataclass(frozen=True)
class HandOvers:
    """The service `HandOvers` of every process; one that does not answer is named."""

    backends: Backends
    rights: Rights
    operations: Operations

    async def holdings(self, person_id: str, query: Query) -> Json:
        """How many records a person has, of every entity."""
        await self._seen(_PEOPLE, person_id)
        request = from_query(pb.HoldingsRequest(), query)
        request.person_id = person_id
        return await self._of_all(lambda stub: stub.Count(request, seconds=_PATIENCE_SECONDS))

    async def parts(self, id: str) -> Json:
        """What every service does of a hand-over that the caller sees."""
        await self._seen(_DECISIONS, id)
        request = pb.HandOverRequest(id=id)
        return await self._of_all(lambda stub: stub.Get(request, seconds=_PATIENCE_SECONDS))

    async def rows(self, id: str, entity: str, query: Query) -> Answer:
        """What became of each record of an entity."""
        await self._seen(_DECISIONS, id)
        request = from_query(pb.HandOverRowsRequest(), query)
        request.id, request.entity = id, entity
        service = self.backends.entity(entity).service
        return Answer.of(await self.backends.hand_overs(service).Rows(request))

    async def _seen(self, plural: str, id: str) -> None:
        """Refuses whoever may not hand over, and what is out of sight."""
        self.rights.require_scope(only_reads=True)
        require_to_hand_over(self.rights.policy, calling())
        await self.operations.get(self.backends.resource(plural), id, {})

    async def _of_all(self, ask: Callable[[Any], Awaitable[Any]]) -> Json:
        async with asyncio.TaskGroup() as group:
            asked = {
                service: group.create_task(self._of_one(service, ask))
                for service in self.backends.services
            }
        told = {service: task.result() for service, task in asked.items()}
        for problem in told.values():
            if isinstance(problem, Problem) and not isinstance(problem, Unavailable):
                raise problem
        known = [each for each in told.values() if not isinstance(each, Problem)]
        items = [item for each in known for item in each["items"]]
        return {"items": items, "stopped": _stopped(told)}

    async def _of_one(self, service: str, ask: Callable[[Any], Awaitable[Any]]) -> Json | Problem:
        try:
            return Answer.of(await ask(self.backends.hand_overs(service))).values()
        except Problem as problem:
            return problem


def _stopped(told: dict[str, Json | Problem]) -> list[str]:
    return [service for service, each in told.items() if isinstance(each, Problem)]
