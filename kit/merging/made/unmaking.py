"""A record that another service had made goes again, or stays and forgets of what it was made."""

from crm.v1 import merges_pb2 as pb

from kit.entity import Level, Record
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import record_id
from kit.merging.made.uses import AS_MADE
from kit.records.bin.moving import put_into_bin
from kit.records.write.work import Work
from kit.references.places import places

_CHANGED = "Somebody changed this record a moment ago; look at it again."
_LOCKED = "You may not change this record, so that it stays."


async def unmade(work: Work, request: pb.UnmakeRequest) -> pb.Unmade:
    """Puts it into the bin unless it lies there; what no two may name it names no more."""
    record = await _made(work, request)
    names = _names(record, request)
    if names and record.binned_at is None and not request.keep:
        await _require_change(work, record)
        put_into_bin(work, record)
    work.follows = True
    for name in names:
        setattr(record, name, None)
    return pb.Unmade(binned=record.binned_at is not None)


async def _made(work: Work, request: pb.UnmakeRequest) -> Record:
    """The record wherever it stands."""
    record = work.process.entities.get(request.entity)
    if record is None:
        raise Invalid(entity=f"{work.process.name} has no entity {request.entity!r}.")
    found = await work.named(record, [record_id(request.id)])
    if not found or found[0].erased_at is not None:
        raise NotFound
    return found[0]


async def _require_change(work: Work, record: Record) -> None:
    kind = type(record)
    work.permit(kind).require("edit")
    if await work.find(kind, record.id, Level.EDIT) is None:
        raise Denied(_LOCKED)
    if record.version != AS_MADE:
        raise Conflict(_CHANGED)


def _names(record: Record, request: pb.UnmakeRequest) -> list[str]:
    """The fields by which it says that it was made of this."""
    of, kind = record_id(request.of_id), type(record)
    held = (each.field for each in places([kind], request.of_entity))
    return [name for name in held if name in record.fields and getattr(record, name) == of]
