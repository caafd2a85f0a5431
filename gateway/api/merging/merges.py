"""Merging records: the process that owns them does it, and all are asked what would go along."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.v1 import merges_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.beside.addressed import as_seen, on_record
from gateway.api.parsing import from_json
from gateway.backends import Backends
from gateway.contract.resources import Resource
from kit.errors import Unavailable

_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class Merges:
    """The service `Merges` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    async def merge(
        self,
        resource: Resource,
        record_id: str,
        values: Mapping[str, Any],
        version: int | None,
        key: str = "",
    ) -> Answer:
        request = on_record(from_json(pb.MergeRequest(), values), resource, record_id)
        stub = self._changing(resource)
        reply = await stub.Merge(as_seen(request, version), key=key)
        if request.dry_run:
            others = [each.id for each in request.others]
            await self._add_what_names(reply, resource, others, request.id)
        return Answer.of(reply)

    async def undo(
        self,
        resource: Resource,
        record_id: str,
        values: Mapping[str, Any],
        version: int | None,
        key: str = "",
    ) -> Answer:
        request = on_record(from_json(pb.UndoMergeRequest(), values), resource, record_id)
        stub = self._changing(resource)
        return Answer.of(await stub.UndoMerge(as_seen(request, version), key=key))

    async def list(self, resource: Resource, record_id: str) -> Answer:
        """What was merged into a record; beside each merge, what could not follow it, in any service."""
        self.rights.require_scope(only_reads=True)
        self.rights.require(resource, "view")
        request = on_record(pb.MergesRequest(), resource, record_id)
        page = await self.backends.merges(resource.service).List(request)
        for each in page.items:
            told = await self._referring(resource, [other.id for other in each.others])
            for service, answer in sorted(told.items()):
                if answer is None:
                    each.stopped.append(service)
                else:
                    each.left.extend(answer.left)
        return Answer.of(page)

    def _changing(self, resource: Resource) -> Any:
        self.rights.require_scope(only_reads=False)
        self.rights.require(resource, "edit")
        self.rights.require(resource, "delete")
        return self.backends.merges(resource.service)

    async def _add_what_names(
        self, reply: Any, resource: Resource, ids: Sequence[str], into: str
    ) -> None:
        for service, answer in sorted((await self._referring(resource, ids, into)).items()):
            if answer is None:
                reply.stopped.append(service)
            else:
                reply.moves.extend(answer.items)

    async def _referring(
        self, resource: Resource, ids: Sequence[str], into: str = ""
    ) -> Mapping[str, Any]:
        """What each service says of records that name these; None where one does not answer."""
        request = pb.ReferringRequest(entity=resource.entity, ids=ids, into=into)
        async with asyncio.TaskGroup() as group:
            asked = {
                service: group.create_task(self._asked(service, request))
                for service in self.backends.services
            }
        return {service: task.result() for service, task in asked.items()}

    async def _asked(self, service: str, request: pb.ReferringRequest) -> Any:
        asked = self.backends.merges(service).Referring
        try:
            return await asked(request, seconds=_PATIENCE_SECONDS)
        except Unavailable:
            return None
