"""The services behind the gateway, and how each is called."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from crm.v1 import (
    bulk_pb2_grpc,
    duplicates_pb2_grpc,
    exports_pb2_grpc,
    files_pb2_grpc,
    follow_pb2_grpc,
    hand_overs_pb2_grpc,
    imports_pb2_grpc,
    merges_pb2_grpc,
    notes_pb2_grpc,
    records_pb2_grpc,
    search_pb2_grpc,
    timeline_pb2_grpc,
)
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

from gateway.contract.resources import Method, Resource, resources
from kit.actor import Actor, calls
from kit.errors import NotFound, Problem
from kit.rpc.client import Peers

T = TypeVar("T")

DOOR = Actor.door()
"""Who calls before anybody is known: for sessions, OAuth and the policy, and for nothing else."""


@dataclass
class Backends:
    """The services behind the gateway, by entity."""

    peers: Peers
    resources: tuple[Resource, ...] = field(default_factory=lambda: tuple(resources()))

    def __post_init__(self) -> None:
        self.by_slug = {each.slug: each for each in self.resources}
        self.by_entity = {each.entity: each for each in self.resources}
        self.services = tuple(sorted({each.service for each in self.resources}))
        self._asks: dict[MethodDescriptor, Callable[..., Awaitable[Any]]] = {}
        self._stubs: dict[tuple[str, Callable[[Any], Any]], Any] = {}

    def ask(self, method: Method) -> Callable[..., Awaitable[Any]]:
        """An RPC as a coroutine function that wants ready JSON; made at its first use."""
        known = self._asks.get(method.described)
        if known is None:
            known = self._asks[method.described] = self._made(method)
        return known

    def _made(self, method: Method) -> Callable[..., Awaitable[Any]]:
        described = method.described
        reply = message_factory.GetMessageClass(described.output_type)
        return self.peers.channel(method.service, json=True).unary_unary(
            f"/{described.containing_service.full_name}/{described.name}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=reply.FromString,
        )

    def records(self, service: str) -> Any:
        """The service `Records` of a process: history, shares and the rest of its entities."""
        return self._of_every(service, records_pb2_grpc.RecordsStub)

    def notes(self, service: str) -> Any:
        """The service `Notes` of a process."""
        return self._of_every(service, notes_pb2_grpc.NotesStub)

    def files(self, service: str) -> Any:
        """The service `Files` of a process."""
        return self._of_every(service, files_pb2_grpc.FilesStub)

    def followers(self, service: str) -> Any:
        """The service `Followers` of a process."""
        return self._of_every(service, follow_pb2_grpc.FollowersStub)

    def duplicates(self, service: str) -> Any:
        """The service `Duplicates` of a process."""
        return self._of_every(service, duplicates_pb2_grpc.DuplicatesStub)

    def search(self, service: str) -> Any:
        """The service `Search` of a process."""
        return self._of_every(service, search_pb2_grpc.SearchStub)

    def merges(self, service: str) -> Any:
        """The service `Merges` of a process."""
        return self._of_every(service, merges_pb2_grpc.MergesStub)

    def timelines(self, service: str) -> Any:
        """The service `Timelines` of a process."""
        return self._of_every(service, timeline_pb2_grpc.TimelinesStub)

    def imports(self, service: str) -> Any:
        """The service `Imports` of a process."""
        return self._of_every(service, imports_pb2_grpc.ImportsStub)

    def _of_every(self, service: str, stub: Callable[[Any], Any]) -> Any:
        """A service that every process has for its own entities."""
        known = self._stubs.get((service, stub))
        if known is None:
            channel = self.peers.channel(service, json=True)
            known = self._stubs[service, stub] = stub(channel)
        return known

    def exports(self, service: str) -> Any:
        """The service `Exports` of a process."""
        return self._of_every(service, exports_pb2_grpc.ExportsStub)

    def bulks(self, service: str) -> Any:
        """The service `Bulks` of a process."""
        return self._of_every(service, bulk_pb2_grpc.BulksStub)

    def hand_overs(self, service: str) -> Any:
        """The service `HandOvers` of a process."""
        return self._of_every(service, hand_overs_pb2_grpc.HandOversStub)

    def resource(self, slug: str) -> Resource:
        found = self.by_slug.get(slug)
        if found is None:
            raise NotFound(f"There is nothing called {slug!r} here.")
        return found

    def entity(self, name: str) -> Resource:
        found = self.by_entity.get(name)
        if found is None:
            raise NotFound(f"There is no entity {name!r}.")
        return found


async def as_door(work: Callable[[], Awaitable[T]]) -> T:
    """Does something in the gateway's own name; whoever is calling stays who they are."""
    return await acting(DOOR, work)


async def acting(actor: Actor, work: Callable[[], Awaitable[T]]) -> T:
    """Does something in a name; whoever is calling stays who they are."""

    async def worked() -> T | Problem:
        calls(actor)
        try:
            return await work()
        except Problem as problem:
            return problem

    # A task has a context of its own, so the change of actor ends with it.
    async with asyncio.TaskGroup() as group:
        task = group.create_task(worked())
    outcome = task.result()
    if isinstance(outcome, Problem):
        raise outcome
    return outcome
