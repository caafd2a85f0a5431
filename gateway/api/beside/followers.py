"""Who follows records: each operation is one call to the process that owns the record."""

from dataclasses import dataclass
from typing import Any

from crm.v1 import follow_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class Followers:
    """The service `Followers` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    def _asking(self, resource: Resource, *, only_reads: bool) -> Any:
        self.rights.require_scope(only_reads=only_reads)
        self.rights.require(resource, "view")
        return self.backends.followers(resource.service)

    async def list(self, resource: Resource, record_id: str, query: Query) -> Answer:
        request = from_query(pb.FollowersRequest(), query)
        request.entity, request.id = resource.entity, record_id
        return Answer.of(await self._asking(resource, only_reads=True).List(request))

    async def follow(self, resource: Resource, record_id: str) -> Answer:
        request = pb.FollowRequest(entity=resource.entity, id=record_id)
        return Answer.of(await self._asking(resource, only_reads=False).Follow(request))

    async def unfollow(self, resource: Resource, record_id: str) -> Answer:
        request = pb.FollowRequest(entity=resource.entity, id=record_id)
        return Answer.of(await self._asking(resource, only_reads=False).Unfollow(request))
