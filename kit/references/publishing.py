"""What a service publishes of its records for those who refer to them: in its events and when it is asked."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crm.v1 import records_pb2 as pb
from crm.v1 import references_pb2
from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, select, tuple_

from kit.access.inheritance import PRIVATE
from kit.actor import calling
from kit.entity import Level, Record
from kit.ids import record_id
from kit.references.access import Name
from kit.references.copies.tables import reference_copy

if TYPE_CHECKING:
    from kit.records.process import Process
    from kit.records.write.work import Work

Copy = references_pb2.ReferenceCopy

_NAMES = select(
    func.unnest(bindparam("entities", type_=ARRAY(Text()))),
    func.unnest(bindparam("ids", type_=ARRAY(Uuid()))),
)
_KEPT = select(reference_copy).where(
    tuple_(reference_copy.c.entity, reference_copy.c.id).in_(_NAMES)
)

# What is gone for good changes no more, and an event about its life that comes late counts no more.
_LAST = 2**31 - 1


def copy_of(record: Record, *, gone: bool = False) -> Copy:
    """A record as others keep it; one that is gone without a bin has no version after its last."""
    copy = Copy(
        entity=record.entity,
        id=str(record.id),
        version=record.version + gone,
        state="deleted" if gone else state_of(record),
        title=title_of(record),
        keys=record.keys,
        edit_keys=record.wkeys,
        full_keys=record.full_keys,
        private=record.kept_private,
    )
    if record.merged_into is not None:
        copy.merged_into = str(record.merged_into)
    if (parent := record.parent) is not None:
        copy.parent_entity, copy.parent_id = parent[0], str(parent[1])
    return copy


def last_copy_of(record: Record) -> Copy:
    """A record of which nothing is left but what was made of it, as it was."""
    copy = copy_of(record)
    copy.version = _LAST
    return copy


def title_of(record: Record) -> str:
    """What a record is called; an erased one is not called anything, whatever its row must hold."""
    return "" if record.erased_at else str(getattr(record, record.title) or "")


def state_of(record: Record) -> str:
    """How a record stands: `live`, `binned`, `merged`, `erased`, or what it became, as in `converted`."""
    if record.erased_at is not None:
        return "erased"
    if record.merged_into is not None:
        return "merged"
    if record.gone_as is not None:
        return record.gone_as
    return "live" if record.binned_at is None else "binned"


async def referred(process: "Process", request: pb.ReferRequest) -> pb.Referred:
    """Of the records asked for those within the caller's reach, and what they hang on."""
    keep = {each.entity: tuple(each.fields) for each in request.keep}
    async with process.work(calling()) as work:
        found: list[Copy] = []
        for entity, ids in _by_entity(request.items).items():
            if (record := process.entities.get(entity)) is not None:
                records = await work.named(record, ids, Level.READ)
                names = keep.get(entity, ())
                found += [_published(process, each, names, copy_of(each)) for each in records]
                found += await _gone(work, entity, ids, names, found)
        return pb.Referred(items=found, above=await _above(work, found))


async def _gone(
    work: "Work", entity: str, ids: Iterable[UUID], names: Iterable[str], found: Iterable[Copy]
) -> list[Copy]:
    """Those of which the service still knows what they were, though they are no more."""
    recall = work.process.recalls.get(entity)
    missing = {*ids} - {UUID(each.id) for each in found if each.entity == entity}
    gone = await recall(work, missing) if recall and missing else ()
    return [_published(work.process, each, names, last_copy_of(each)) for each in gone]


def _published(process: "Process", record: Record, names: Iterable[str], copy: Copy) -> Copy:
    """A copy with the fields that the caller keeps; a service is told what people may not see."""
    shape = process.shapes[type(record)]
    if known := [name for name in names if name in shape.fields]:
        copy.record.Pack(shape.to_message(record, known, custom={}))
    return copy


def _by_entity(names: Iterable[pb.RecordName]) -> Mapping[str, list[UUID]]:
    grouped: dict[str, list[UUID]] = {}
    for name in names:
        grouped.setdefault(name.entity, []).append(record_id(name.id))
    return grouped


async def _above(work: "Work", copies: Iterable[Copy]) -> list[Copy]:
    """What records hang on, and what that hangs on in turn, whoever may see it."""
    names = {(each.parent_entity, UUID(each.parent_id)) for each in copies if each.parent_id}
    if not names:
        return []
    entities = work.process.entities
    elsewhere = {name for name in names if name[0] not in entities}
    found = await _kept(work, elsewhere) if elsewhere else []
    for entity in {entity for entity, _ in names - elsewhere}:
        record = entities[entity]
        ids = [each for kind, each in names if kind == entity]
        found += [copy_of(each) for each in await work.named(record, ids)]
    return [*found, *await _above(work, found)]


async def _kept(work: "Work", names: Collection[Name]) -> list[Copy]:
    """The records of others to which ours refer are told as they are kept here."""
    entities, ids = zip(*names, strict=True)
    rows = await work.rows(_KEPT, entities=list(entities), ids=list(ids))
    return [_copy(row) for row in rows if row.state != "asked"]


def _copy(row: Any) -> Copy:
    return Copy(
        entity=row.entity,
        id=str(row.id),
        version=row.version,
        state=row.state,
        title=row.title,
        keys=row.keys,
        edit_keys=row.wkeys,
        full_keys=row.full_keys,
        private=PRIVATE in row.inherited,
        parent_entity=row.parent_entity,
        parent_id=str(row.parent_id) if row.parent_id else None,
        merged_into=str(row.merged_into) if row.merged_into else None,
    )
