"""What the fields of every entity take, as the services that own them declare it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from crm.v1 import records_pb2 as pb

from gateway.backends import Backends, as_door
from gateway.contract.schemas import Schema
from kit.errors import Problem
from kit.telemetry.logs import log

_PATIENCE_SECONDS = 2.0
# A service that is deployed anew may declare more, and one that was away may be back.
_FRESH_SECONDS, _INCOMPLETE_SECONDS = 300.0, 10.0

Declared = Mapping[str, Schema]


@dataclass
class Declarations:
    """Asked of every service, remembered for minutes; what a stopped one said before still stands."""

    backends: Backends
    known: dict[str, Schema] = field(default_factory=dict)
    until: float = 0.0

    async def all(self) -> Declared:
        """By entity: an object of `properties` and of what a new record needs."""
        if time.monotonic() < self.until:
            return self.known
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._of(each)) for each in self.backends.services]
        answers = [each.result() for each in asked]
        self.known = self.known | {name: one for each in answers for name, one in each.items()}
        fresh = _FRESH_SECONDS if all(answers) else _INCOMPLETE_SECONDS
        self.until = time.monotonic() + fresh
        return self.known

    async def _of(self, service: str) -> dict[str, Schema]:
        stub = self.backends.records(service)
        try:
            reply = await as_door(
                lambda: stub.Schemas(pb.SchemasRequest(), seconds=_PATIENCE_SECONDS)
            )
        except Problem as problem:
            log.warning("manual.incomplete", peer=service, error=problem.message)
            return {}
        return {name: orjson.loads(text) for name, text in reply.schemas.items()}
