"""Every entity of every service, found where it is wired."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from google.protobuf.message import Message

from kit.entity import Record
from kit.records import Records
from kit.service import Service
from kit.wire import Shape
from kit.wire.contract import service_of

SERVICES = sorted(path.parent.name for path in Path("services").glob("*/main.py"))


@dataclass(frozen=True)
class Case:
    """One entity and its contract."""

    record: type[Record]
    message: type[Message]
    listing: type[Message]
    servicer: type[Records[Any, Any]]

    @property
    def service(self) -> str:
        return self.record.entity.partition(".")[0]

    @property
    def shape(self) -> Shape:
        return Shape(self.record, self.message)

    @property
    def _contract(self) -> Any:
        return service_of(self.message.DESCRIPTOR)

    @property
    def _messages(self) -> str:
        return self.message.DESCRIPTOR.file.name.removesuffix(".proto").replace("/", ".") + "_pb2"

    @property
    def stub(self) -> Any:
        return getattr(import_module(f"{self._messages}_grpc"), f"{self._contract.name}Stub")

    @property
    def methods(self) -> set[str]:
        return set(self._contract.methods_by_name)

    @property
    def patch(self) -> Any:
        """The message of Update."""
        return getattr(import_module(self._messages), f"{self.message.DESCRIPTOR.name}Patch")

    def __str__(self) -> str:
        return self.record.entity


def _cases() -> Iterator[Case]:
    process: Any = SimpleNamespace(shapes={}, recalls={}, recounts={})
    for name in SERVICES:
        for each in wired(name).records:
            served = each(process)
            yield Case(served.record, served.message, served.listing, type(served))


def wired(service: str) -> Service:
    """A service as its `main.py` puts it together; nothing of it is started."""
    made: Service = getattr(import_module(f"services.{service}.main"), service)(_settings(service))
    return made


def _settings(service: str) -> Any:
    """What a service needs to be wired."""
    known = import_module(f"services.{service}.config").Settings
    return known(**{each.name: "" for each in fields(known) if each.default is MISSING})


CASES = {case.record.entity: case for case in sorted(_cases(), key=str)}
CREATED = [case for case in CASES.values() if "Create" in case.methods]
"""The entities that people make; the others come from verbs."""
