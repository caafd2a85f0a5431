"""Every entity of every service, found where it is wired."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from kit.entity import Record
from kit.records import Records
from kit.wire import Shape

SERVICES = sorted(path.parent.name for path in Path("services").glob("*/main.py"))


@dataclass(frozen=True)
class Case:
    """One entity and its contract."""

    servicer: type[Records[Any, Any]]

    @property
    def record(self) -> type[Record]:
        return self.servicer.record

    @property
    def service(self) -> str:
        return self.record.entity.partition(".")[0]

    @property
    def shape(self) -> Shape:
        return Shape(self.record, self.servicer.message)

    @property
    def _generated(self) -> tuple[str, str]:
        found = (each for each in self.servicer.__mro__ if each.__module__.endswith("_pb2_grpc"))
        kind = next(found)
        return kind.__module__, kind.__name__.removesuffix("Servicer")

    @property
    def stub(self) -> Any:
        module, name = self._generated
        return getattr(import_module(module), f"{name}Stub")

    @property
    def methods(self) -> set[str]:
        module, name = self._generated
        messages = import_module(module.removesuffix("_grpc"))
        return set(messages.DESCRIPTOR.services_by_name[name].methods_by_name)

    @property
    def patch(self) -> Any:
        """The message of Update."""
        module, _ = self._generated
        messages = import_module(module.removesuffix("_grpc"))
        return getattr(messages, f"{self.servicer.message.DESCRIPTOR.name}Patch")

    def __str__(self) -> str:
        return self.record.entity


def _cases() -> Iterator[Case]:
    for service in SERVICES:
        import_module(f"services.{service}.main")
    for servicer in Records.__subclasses__():
        if servicer.__module__.startswith("services."):
            yield Case(servicer)


CASES = {case.record.entity: case for case in sorted(_cases(), key=str)}
CREATED = [case for case in CASES.values() if "Create" in case.methods]
"""The entities that people make; the others come from verbs."""
