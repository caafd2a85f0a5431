"""The bounds of what a call says: entries of lists and maps, numbers, fixed texts; looked up once.

The gateway asks before it fills a message, a service before it serves a call, whoever made it.
"""

from collections.abc import Callable, Sized
from functools import cache, partial
from typing import Any

from crm.v1 import options_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from kit.entity.kinds.kind import MOST
from kit.errors import Invalid

MOST_IN_MAP = 200


@cache
def most_of(known: FieldDescriptor) -> int:
    """The most entries of a list or map: what the contract says, or else what fits any record."""
    options = known.GetOptions()
    if options.HasExtension(options_pb2.most):
        return int(options.Extensions[options_pb2.most])
    return MOST_IN_MAP if is_map(known) else MOST


def is_map(known: FieldDescriptor) -> bool:
    return bool(known.message_type is not None and known.message_type.GetOptions().map_entry)


def excess(known: FieldDescriptor, values: Sized) -> str:
    """What is wrong with so many entries, or nothing."""
    if len(values) <= most_of(known):
        return ""
    return f"Give at most {most_of(known):,}; these are {len(values):,}."


def _judge(known: FieldDescriptor) -> Callable[[Any], str] | None:
    """What the contract says of a field, as a question that answers what is wrong with its value."""
    if known.is_repeated:
        return partial(excess, known)
    options = known.GetOptions()
    if one_of := list(options.Extensions[options_pb2.one_of]):
        told = f"Choose one of: {', '.join(one_of)}."
        return lambda value: told if value and value not in one_of else ""
    if options.HasExtension(options_pb2.greatest):
        least, greatest = (
            options.Extensions[options_pb2.least],
            options.Extensions[options_pb2.greatest],
        )
        told = f"Give a number from {least:,} to {greatest:,}."
        return lambda value: "" if least <= value <= greatest else told
    return None


class Bounds:
    """The bounds of one kind of message, and of the messages in it."""

    def __init__(self, described: Descriptor) -> None:
        self._parts: list[tuple[FieldDescriptor, Bounds]] = []
        judged = ((each.name, _judge(each)) for each in described.fields)
        self._judged = [(name, judge) for name, judge in judged if judge is not None]

    def complete(self, described: Descriptor) -> None:
        """Looks into the messages within; apart from the rest, since one may contain itself."""
        for each in described.fields:
            if each.message_type is not None and not is_map(each):
                inner = bounds_of(each.message_type)
                if inner.say_something:
                    self._parts.append((each, inner))

    @property
    def say_something(self) -> bool:
        return bool(self._parts or self._judged)

    def require(self, message: Any) -> None:
        """Raises Invalid with the first field that is out of its bounds."""
        for name, judge in self._judged:
            if told := judge(getattr(message, name)):
                raise Invalid("", {name: told})
        for known, inner in self._parts:
            if known.is_repeated:
                for each in getattr(message, known.name):
                    inner.require(each)
            elif message.HasField(known.name):
                inner.require(getattr(message, known.name))


_known: dict[str, Bounds] = {}


def bounds_of(described: Descriptor) -> Bounds:
    """The bounds of a kind of message, worked out at its first use."""
    found = _known.get(described.full_name)
    if found is None:
        found = _known[described.full_name] = Bounds(described)
        found.complete(described)
    return found


def bounds_of_call(method: str) -> Bounds:
    """The bounds of what a method is asked, e.g. `crm.sales.v1.Products/Create`."""
    called = descriptor_pool.Default().FindMethodByName(method.replace("/", "."))
    return bounds_of(called.input_type)
