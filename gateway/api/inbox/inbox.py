"""The caller's inbox: each operation is one call to the service that keeps what people are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.scheduling.v1 import notifications_pb2 as pb
from crm.scheduling.v1.notifications_pb2_grpc import NotificationsStub

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.parsing import Query, from_json, from_query
from gateway.backends import Backends


@dataclass(frozen=True)
class Inbox:
    """The service `Notifications`, which answers everybody of himself alone."""

    backends: Backends
    rights: Rights

    def _asking(self, *, only_reads: bool) -> Any:
        self.rights.require_scope(only_reads=only_reads)
        return self.backends.peers.stub(NotificationsStub, json=True)

    async def list(self, query: Query) -> Answer:
        request = from_query(pb.NotificationsRequest(), query)
        return Answer.of(await self._asking(only_reads=True).List(request))

    async def count(self) -> Answer:
        return Answer.of(await self._asking(only_reads=True).Count(pb.CountRequest()))

    async def mark(self, id: str, mark: str, key: str = "") -> Answer:
        ask = getattr(self._asking(only_reads=False), mark.capitalize())
        return Answer.of(await ask(pb.NotificationRequest(id=id), key=key))

    async def read_all(self, key: str = "") -> Answer:
        ask = self._asking(only_reads=False).ReadAll
        return Answer.of(await ask(pb.ReadAllRequest(), key=key))

    async def choices(self) -> Answer:
        return Answer.of(await self._asking(only_reads=True).Choices(pb.ChoicesRequest()))

    async def choose(self, values: Mapping[str, Any]) -> Answer:
        request = from_json(pb.NotificationChoices(), values)
        return Answer.of(await self._asking(only_reads=False).Choose(request))
