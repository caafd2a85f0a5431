"""What the contract says of a field in its options: its kind, its target, and what it stands for."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crm.v1 import options_pb2 as pb
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from kit.entity.kinds import (
    Boolean,
    Choice,
    Day,
    Decimals,
    Email,
    Instant,
    Integer,
    Kind,
    LongText,
    Money,
    Percent,
    Phone,
    Reference,
    References,
    Text,
    Url,
    Words,
)
from kit.wire.bounds import most_of


class Secret(Kind):
    """A password or the like, taken as it is; its bound keeps hashing from costing more and more."""

    name: ClassVar[str] = "password"
    length: ClassVar[int] = 1_000

    def parse(self, value: Any) -> str:
        if len(value) > self.length:
            raise ValueError(f"Use at most {self.length:,} characters; this has {len(value):,}.")
        return str(value)


_KINDS: Mapping[Any, Kind] = {
    pb.KIND_TEXT: Text(),
    pb.KIND_LONG_TEXT: LongText(),
    pb.KIND_DATE: Day(),
    pb.KIND_INSTANT: Instant(),
    pb.KIND_DECIMAL: Decimals(),
    pb.KIND_MONEY: Money(),
    pb.KIND_PERCENT: Percent(),
    pb.KIND_EMAIL: Email(),
    pb.KIND_PHONE: Phone(),
    pb.KIND_URL: Url(),
    pb.KIND_SECRET: Secret(),
    pb.KIND_CHOICE: Choice(),
}


def stands_for(known: FieldDescriptor) -> Sequence[str]:
    """The fields of its entity for which an input of a verb stands."""
    return tuple(known.GetOptions().Extensions[pb.field])


def reference_of(known: FieldDescriptor) -> str:
    """The entity whose record a field names; empty where it names none."""
    return str(known.GetOptions().Extensions[pb.reference])


def copies_of(known: FieldDescriptor) -> Sequence[str]:
    """The fields of other entities that a field tells."""
    return tuple(known.GetOptions().Extensions[pb.copy_of])


def part_of(known: FieldDescriptor) -> str:
    """The field that repeats this one; empty where none does."""
    return str(known.GetOptions().Extensions[pb.part_of])


def is_bulk(method: MethodDescriptor) -> bool:
    """Whether a verb may be done to many records at once."""
    return bool(method.GetOptions().Extensions[pb.bulk])


def kind_of(known: FieldDescriptor) -> Kind | None:
    """The kind that type and options say; None where the contract leaves it open."""
    if target := reference_of(known):
        return References(target, most_of(known)) if known.is_repeated else Reference(target)
    if known.is_repeated:
        return Words(most=most_of(known)) if known.type == FieldDescriptor.TYPE_STRING else None
    if known.type == FieldDescriptor.TYPE_BOOL:
        return Boolean()
    if known.type == FieldDescriptor.TYPE_INT32:
        return _integer(known)
    longest = known.GetOptions().Extensions[pb.longest]
    return LongText(longest) if longest else _KINDS.get(known.GetOptions().Extensions[pb.kind])


def _integer(known: FieldDescriptor) -> Integer:
    options = known.GetOptions()
    low, high = (
        options.Extensions[bound] if options.HasExtension(bound) else None
        for bound in (pb.least, pb.greatest)
    )
    return Integer(low=low, high=high)


def is_secret(known: FieldDescriptor) -> bool:
    """Whether a field holds a password or the like."""
    return isinstance(kind_of(known), Secret)
