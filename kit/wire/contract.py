"""What the contract says of every entity, those of other services included."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import crm
from crm.v1 import options_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, ServiceDescriptor
from google.protobuf.message import Message


@dataclass(frozen=True, slots=True)
class Facts:
    """One entity as everybody knows it; `kit.entity.Record` says the same to its own service."""

    entity: str
    title: str = "name"
    default_access: str = "edit"
    parents: tuple[str, ...] = ()
    confidential: bool = False
    governed_by: str = "*"
    no_bin: bool = False
    message: Descriptor | None = field(default=None, compare=False, repr=False)

    @property
    def fields(self) -> Mapping[str, FieldDescriptor]:
        """The fields of its message by name."""
        return self.message.fields_by_name if self.message else {}


_served: dict[str, Facts] = {}


def facts_of(entity: str) -> Facts | None:
    """What is known of an entity, if there is one of this name."""
    return _served.get(entity) or _all().get(entity)


def every_entity() -> frozenset[str]:
    """The names of all entities of the contract."""
    return frozenset(_all())


def serve(message: type[Message]) -> None:
    """Makes an entity known that this process serves; one of a test stands in no folder."""
    if (facts := _facts(message.DESCRIPTOR)) is not None:
        _served[facts.entity] = facts


def service_of(message: Any) -> ServiceDescriptor | None:
    """The service of an entity: the one whose Get answers it, in one file with its message."""
    services = message.file.services_by_name.values()
    return next((each for each in services if _gets(each) is message), None)


def _gets(service: ServiceDescriptor) -> Any:
    get = service.methods_by_name.get("Get")
    return get and get.output_type


@cache
def _all() -> dict[str, Facts]:
    found = (_facts(message) for message in _messages())
    return {facts.entity: facts for facts in found if facts is not None}


def _messages() -> Iterator[Any]:
    for folder in map(Path, crm.__path__):
        for file in sorted(folder.glob("*/v1/*_pb2.py")):
            module = import_module(f"crm.{file.parts[-3]}.v1.{file.stem}")
            yield from module.DESCRIPTOR.message_types_by_name.values()


def _facts(message: Any) -> Facts | None:
    options = message.GetOptions()
    if not options.HasExtension(options_pb2.entity):
        return None
    said = options.Extensions[options_pb2.entity]
    service = message.full_name.split(".")[1]
    return Facts(
        entity=f"{service}.{message.name}",
        title=said.title or "name",
        default_access=said.default_access,
        parents=tuple(said.parents),
        confidential=said.confidential,
        governed_by=said.governed_by or "*",
        no_bin=said.no_bin,
        message=message,
    )
