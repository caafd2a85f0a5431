"""The contract as it is served: every entity of every service with its methods, read from the descriptors."""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import crm
from crm.v1.options_pb2 import entity
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from kit.beside.duplicates.taking import has_duplicates
from kit.beside.files.taking import takes_files
from kit.beside.taking import takes_notes
from kit.errors import NotFound

STANDARD = ("Get", "List", "Create", "Update", "Delete")


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
    def has_bin(self) -> bool:
        """Whether what is deleted may be restored."""
        return "Delete" in self.methods and not self.message.GetOptions().Extensions[entity].no_bin

    @cached_property
    def takes_notes(self) -> bool:
        """Whether people write notes on its records."""
        return takes_notes(self.message)

    @cached_property
    def takes_files(self) -> bool:
        """Whether people put files on its records."""
        return takes_files(self.message)

    @cached_property
    def has_duplicates(self) -> bool:
        """Whether two of its records may be one, and are looked for."""
        return has_duplicates(self.message)

    @cached_property
    def may_be_private(self) -> bool:
        """Whether one of its records can be closed to all but its owner and those it is shared with."""
        return "private" in self.message.fields_by_name

    @cached_property
    def has_tags(self) -> bool:
        """Whether its records can be labelled."""
        return "tags" in self.message.fields_by_name

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
