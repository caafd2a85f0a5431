"""The contract's comments, which are the reference manual: read from the descriptor set."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import crm
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

# Places in a file as descriptor.proto numbers them.
_MESSAGE, _SERVICE, _INNER, _PART = 4, 6, 3, 2
_Named = tuple[tuple[int, ...], str]


@cache
def comments() -> dict[str, str]:
    """Comment by full name, e.g. of `crm.sales.v1.Opportunity.amount`; empty without the set."""
    found: dict[str, str] = {}
    for folder in crm.__path__:
        file = Path(folder).parent / "contract.binpb"
        if file.exists():
            for described in FileDescriptorSet.FromString(file.read_bytes()).file:
                found |= _of_file(described)
    return found


def comment(full_name: str) -> str:
    """What the contract says about a name, in one paragraph."""
    return comments().get(full_name, "")


def _of_file(file: FileDescriptorProto) -> dict[str, str]:
    names = dict(_names(file))
    told = ((tuple(each.path), each.leading_comments) for each in file.source_code_info.location)
    return {names[path]: " ".join(text.split()) for path, text in told if text and path in names}


def _names(file: FileDescriptorProto) -> Iterator[_Named]:
    for number, message in enumerate(file.message_type):
        yield from _in_message((_MESSAGE, number), f"{file.package}.{message.name}", message)
    for number, service in enumerate(file.service):
        yield from _in_service((_SERVICE, number), f"{file.package}.{service.name}", service)


def _in_message(path: tuple[int, ...], name: str, message: DescriptorProto) -> Iterator[_Named]:
    yield path, name
    for number, each in enumerate(message.field):
        yield (*path, _PART, number), f"{name}.{each.name}"
    for number, inner in enumerate(message.nested_type):
        yield from _in_message((*path, _INNER, number), f"{name}.{inner.name}", inner)


def _in_service(
    path: tuple[int, ...], name: str, service: ServiceDescriptorProto
) -> Iterator[_Named]:
    yield path, name
    for number, each in enumerate(service.method):
        yield (*path, _PART, number), f"{name}.{each.name}"
