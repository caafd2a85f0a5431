"""What is kept of every record besides its fields: history, shares, reasons, names and figures."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.v1 import records_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query
from gateway.api.timelines import Timelines
from gateway.backends import Backends
from gateway.contract.resources import Resource
from kit.errors import Unavailable

_MOST_TAGS = 300
_PATIENCE_SECONDS = 2.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Records:
    """The service `Records` of whichever process owns the entity."""

    backends: Backends
    rights: Rights

    def _asking(self, resource: Resource) -> Any:
        self.rights.require(resource, "view")
        return self.backends.records(resource.service)

    async def history(self, resource: Resource, record_id: str, query: Query) -> Answer:
        request = from_query(pb.HistoryRequest(), query)
        request.entity, request.id = resource.entity, record_id
        return Answer.of(await self._asking(resource).History(request))

    async def timeline(self, resource: Resource, record_id: str, query: Query) -> Answer:
        return await Timelines(self.backends, self.rights).list(resource, record_id, query)

    async def shares(self, resource: Resource, record_id: str) -> Answer:
        request = pb.GetShares(entity=resource.entity, id=record_id)
        return Answer.of(await self._asking(resource).ListShares(request))

    async def share(
        self, resource: Resource, record_id: str, values: Mapping[str, Any], key: str = ""
    ) -> Answer:
        self.rights.require_scope(only_reads=False)
        request = _share(resource, record_id, values)
        return Answer.of(await self._asking(resource).Share(request, key=key))

    async def unshare(
        self, resource: Resource, record_id: str, values: Mapping[str, Any]
    ) -> Answer:
        self.rights.require_scope(only_reads=False)
        request = _share(resource, record_id, values)
        return Answer.of(await self._asking(resource).Unshare(request))

    async def private(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.PrivateRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).ListPrivate(request))

    async def lift_privacy(self, resource: Resource, record_id: str, key: str = "") -> Answer:
        self.rights.require_scope(only_reads=False)
        request = pb.LiftPrivacyRequest(entity=resource.entity, id=record_id)
        return Answer.of(await self._asking(resource).LiftPrivacy(request, key=key))

    async def explain(self, resource: Resource, record_id: str, query: Query) -> Answer:
        request = from_query(pb.ExplainRequest(), query)
        request.entity, request.id = resource.entity, record_id
        return Answer.of(await self._asking(resource).Explain(request))

    async def titles(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.TitlesRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).Titles(request))

    async def aggregate(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.AggregateRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).Aggregate(request))

    async def count_tags(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.CountTagsRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).CountTags(request))

    async def tag_cloud(self) -> Json:
        """The tags of everything the caller may see: each service counts its own; the stopped are named."""
        self.rights.require_scope(only_reads=True)
        services = sorted({each.service for each in self.backends.resources if each.has_tags})
        async with asyncio.TaskGroup() as group:
            asked = {service: group.create_task(self._cloud_of(service)) for service in services}
        told = {service: task.result() for service, task in asked.items()}
        clouds = [each for each in told.values() if each is not None]
        items = _added_up(tag for cloud in clouds for tag in cloud["items"])
        stopped = [service for service, cloud in told.items() if cloud is None]
        capped = len(items) > _MOST_TAGS or any(each["capped"] for each in clouds)
        return {"items": items[:_MOST_TAGS], "capped": capped, "stopped": stopped}

    async def _cloud_of(self, service: str) -> Json | None:
        """What one service counts; None where it does not answer."""
        asked = self.backends.records(service).CountTags
        try:
            reply = await asked(pb.CountTagsRequest(), seconds=_PATIENCE_SECONDS)
        except Unavailable:
            return None
        return Answer.of(reply).values()

    async def binned(self, resource: Resource, query: Query) -> Answer:
        request = from_query(pb.BinRequest(), query)
        request.entity = resource.entity
        return Answer.of(await self._asking(resource).Bin(request))

    async def restore(
        self, resource: Resource, record_id: str, version: int | None, key: str = ""
    ) -> Answer:
        self.rights.require_scope(only_reads=False)
        self.rights.require(resource, "delete")
        request = pb.RestoreRequest(entity=resource.entity, id=record_id, version=version)
        return Answer.of(await self._asking(resource).Restore(request, key=key))


def _share(resource: Resource, record_id: str, values: Mapping[str, Any]) -> pb.ShareRequest:
    request: pb.ShareRequest = from_json(pb.ShareRequest(), values)
    request.entity, request.id = resource.entity, record_id
    return request


def _added_up(tags: Iterable[Json]) -> list[Json]:
    """The tags of several services, each once, with the counts of all entities; the most used first."""
    found: dict[str, Json] = {}
    for each in tags:
        known = found.setdefault(each["tag"], {**each, "entities": {}})
        known["entities"] |= each["entities"]
        known["count"] = sum(known["entities"].values())
    return sorted(found.values(), key=lambda each: (-each["count"], each["tag"]))
