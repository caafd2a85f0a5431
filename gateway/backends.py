"""The contract as the gateway serves it: every entity of every service, read from the descriptors."""

import asyncio
import importlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import crm
from crm.v1 import imports_pb2_grpc, records_pb2_grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from kit.actor import Actor, calls
from kit.errors import NotFound, Problem
from kit.rpc.client import Peers

T = TypeVar("T")

STANDARD = ("Get", "List", "Create", "Update", "Delete")
DOOR = Actor.door()
"""Who calls before anybody is known: for sessions, OAuth and the policy, and for nothing else."""


def kebab(name: str) -> str:
    """`MoveStage` as it stands in an address: `move-stage`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


@dataclass(frozen=True, eq=False)
class Method:
    """One RPC: how it is called, and what its messages are."""

    service: str
    described: MethodDescriptor

    @property
    def name(self) -> str:
        return str(self.described.name)

    @property
    def slug(self) -> str:
        return kebab(self.name)

    @cached_property
    def request(self) -> type[Message]:
        return message_factory.GetMessageClass(self.described.input_type)

    @property
    def asks_for_record(self) -> bool:
        return "id" in self.described.input_type.fields_by_name

    @cached_property
    def only_reads(self) -> bool:
        """Whether the contract promises that the call changes nothing."""
        options = self.described.GetOptions()
        return bool(options.idempotency_level == options.NO_SIDE_EFFECTS)


@dataclass(frozen=True, eq=False)
class Resource:
    """One entity service under its address, e.g. `opportunities`."""

    service: str
    described: ServiceDescriptor
    methods: Mapping[str, Method]

    @property
    def name(self) -> str:
        return str(self.described.name)

    @cached_property
    def slug(self) -> str:
        return kebab(self.name)

    @cached_property
    def message(self) -> Descriptor:
        """What one record looks like."""
        return self.methods["Get"].described.output_type

    @cached_property
    def entity(self) -> str:
        return f"{self.service}.{self.message.name}"

    @cached_property
    def verbs(self) -> tuple[Method, ...]:
        return tuple(each for name, each in self.methods.items() if name not in STANDARD)

    def verb(self, name: str) -> Method:
        """A verb by the name of its RPC."""
        found = self.methods.get(name)
        if found is None or name in STANDARD:
            raise NotFound(f"{self.name} has no verb {name!r}.")
        return found


def resources() -> Iterator[Resource]:
    """The entities of the contract: the services that offer Get and List."""
    for module in _modules():
        for described in module.DESCRIPTOR.services_by_name.values():
            service = described.full_name.split(".")[1]
            methods = {each.name: Method(service, each) for each in described.methods}
            if {"Get", "List"} <= methods.keys():
                yield Resource(service, described, methods)


def _modules() -> Iterator[ModuleType]:
    """The generated modules; their folders are namespace packages, which pkgutil does not enter."""
    files = (file for folder in crm.__path__ for file in Path(folder).glob("*/v1/*_pb2.py"))
    for service, module in sorted({(file.parent.parent.name, file.stem) for file in files}):
        yield importlib.import_module(f"crm.{service}.v1.{module}")


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
        self._beside: dict[str, records_pb2_grpc.RecordsStub] = {}
        self._imports: dict[str, imports_pb2_grpc.ImportsStub] = {}

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

    def beside(self, service: str) -> Any:
        """The service `Records` of a process: what stands beside its entities."""
        if service not in self._beside:
            channel: Any = self.peers.channel(service, json=True)
            self._beside[service] = records_pb2_grpc.RecordsStub(channel)
        return self._beside[service]

    def imports(self, service: str) -> Any:
        """The service `Imports` of a process."""
        if service not in self._imports:
            channel: Any = self.peers.channel(service, json=True)
            self._imports[service] = imports_pb2_grpc.ImportsStub(channel)
        return self._imports[service]

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

    async def worked() -> T | Problem:
        calls(DOOR)
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
