"""Records that may be the same: each operation is one call to the process that owns them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.v1 import duplicates_pb2 as pb
from google.protobuf import message_factory

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query
from gateway.backends import Backends
from gateway.contract.resources import Resource


@dataclass(frozen=True)
class Duplicates:
    """The service `Duplicates` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    def _asking(self, resource: Resource, right: str = "view") -> Any:
        self.rights.require(resource, right)
        return self.backends.duplicates(resource.service)

    async def match(
        self, resource: Resource, values: Mapping[str, Any], record_id: str = ""
    ) -> Answer:
        """Who a record might be that is being typed; of one that stands, its id says which."""
        typed: Any = from_json(message_factory.GetMessageClass(resource.message)(), values)
        request = pb.MatchRequest(entity=resource.entity, id=record_id or typed.id)
        request.record.Pack(typed)
        return Answer.of(await self._asking(resource).Match(request))

    async def list(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.DuplicatesRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).List(request))

    async def tell_apart(
        self, resource: Resource, record_id: str, values: Mapping[str, Any], key: str = ""
    ) -> Answer:
        self.rights.require_scope(only_reads=False)
        request = from_json(pb.TellApartRequest(), values)
        request.entity, request.id = resource.entity, record_id
        return Answer.of(await self._asking(resource, "edit").TellApart(request, key=key))
