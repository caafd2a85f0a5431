"""Entities that need nothing beyond the standard methods: a service lists them, and nobody writes a class."""

from functools import partial
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from kit.entity import Record
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.wire.contract import facts_of, service_of

_METHODS = {"Get", "List", "Create", "Update", "Delete"}


class OnlyStandard(Records[Any, Any]):
    """Those of the standard methods that the contract of the entity offers."""

    def __init__(self, process: Process, record: type[Record], contract: ServiceDescriptor) -> None:
        self.record, self.contract = record, contract
        self.message = GetMessageClass(contract.methods_by_name["Get"].output_type)
        self.listing = GetMessageClass(contract.methods_by_name["List"].output_type)
        super().__init__(process)


def standard(record: type[Record]) -> partial[OnlyStandard]:
    """An entity among the `records` of a service, served as its contract says."""
    facts = facts_of(record.entity)
    contract = service_of(facts.message) if facts and facts.message else None
    if contract is None:
        raise TypeError(f"No service of the contract has a Get that answers {record.entity}.")
    if more := sorted(set(contract.methods_by_name) - _METHODS):
        raise TypeError(f"{record.entity} has {', '.join(more)}: write a class for it under rpc/.")
    return partial(OnlyStandard, record=record, contract=contract)
