"""What a service keeps of the records to which its own refer, beyond what decides about access."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from crm.v1 import references_pb2
from google.protobuf.message_factory import GetMessageClass

from kit.entity import Record, Reference
from kit.wire.contract import facts_of

Copy = references_pb2.ReferenceCopy

Keep = Mapping[str, tuple[str, ...]]
"""The fields that are kept, by the entity that has them."""


def kept_fields(records: Iterable[type[Record]]) -> Keep:
    """What the references of these entities declare to keep of the records of other services."""
    return _kept_fields(tuple(records))


@lru_cache(maxsize=1_000)
def _kept_fields(records: tuple[type[Record], ...]) -> Keep:
    own = {record.entity for record in records}
    found: dict[str, set[str]] = {}
    for kind in _references(records):
        if kind.target not in own:
            found.setdefault(kind.target, set()).update(kind.keep)
    named = {entity: sorted(names - {_title(entity)}) for entity, names in found.items()}
    return {entity: tuple(names) for entity, names in named.items() if names}


@lru_cache(maxsize=1_000)
def kept_of(record: type[Record], target: str) -> tuple[str, ...]:
    """The fields of another service's entity by which lists of this one may be asked: its name first."""
    if facts_of(target) is None or target.startswith("identity."):
        return ()
    declared = {
        name for kind in _references([record]) if kind.target == target for name in kind.keep
    }
    return (_title(target), *sorted(declared - {_title(target)}))


def _references(records: Iterable[type[Record]]) -> Iterator[Reference]:
    for record in records:
        for known in record.fields.values():
            if isinstance(known.said.kind, Reference) and known.said.kind.target:
                yield known.said.kind


def _title(entity: str) -> str:
    """The field that names a record: every copy has it."""
    facts = facts_of(entity)
    return facts.title if facts else ""


def values_of(copy: Copy, names: Collection[str]) -> dict[str, Any] | None:
    """What the owner says of these fields, missing values included; None where it says nothing of them."""
    if not names:
        return {}
    facts = facts_of(copy.entity)
    if facts is None or facts.message is None or not copy.HasField("record"):
        return None
    message = GetMessageClass(facts.message)()
    if not copy.record.Unpack(message):
        return None
    return {name: _plain(message, name) for name in names}


def _plain(message: Any, name: str) -> Any:
    """A value as JSON has it."""
    if facts := message.DESCRIPTOR.fields_by_name.get(name):
        value = getattr(message, name)
        if facts.is_repeated:
            return list(value)
        return value if message.HasField(name) else None
    return None
