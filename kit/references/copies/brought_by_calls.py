"""Copies that come with a call: an owner that calls tells of its own records, and is not asked back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from crm.v1 import records_pb2 as pb
from crm.v1 import references_pb2
from google.protobuf.message import DecodeError

from kit.entity import Level, Record
from kit.references.access import COLUMNS, Name, Standing
from kit.references.copies.kept_fields import kept_fields
from kit.references.copies.store import (
    KNOWN,
    columns_of,
    kept,
    note_lacking,
    row_of,
    standings_of,
)
from kit.references.fetch import Fetch
from kit.references.publishing import copy_of

if TYPE_CHECKING:
    from kit.records.process import Process

Copy = references_pb2.ReferenceCopy

# gRPC takes 8 KB of metadata; what does not fit is asked for, as if nothing had been brought.
_MOST_BYTES = 4_096

# As old as can be, so that the owner is asked about it first: it may have changed while the call was
# on its way, and of what is not kept yet no event is heeded.
_BRING = f"""
with brought as (
  insert into reference_copy (entity, id, version, state, title, kept, keys, wkeys, full_keys, inherited,
    parent_entity, parent_id, asked_at)
  select entity, id, version, state, title, coalesce(kept, '{{}}'), keys, wkeys, full_keys, inherited,
    parent_entity, parent_id, to_timestamp(0)
  from jsonb_populate_recordset(null::reference_copy, $3::text::jsonb)
  on conflict (entity, id) do nothing
  returning entity, id, state, {COLUMNS}, merged_into)
select *, true as new from brought union all select *, false from ({KNOWN}) as known
"""  # noqa: S608 - columns of our own


def brings(process: "Process", records: Sequence[Record]) -> bytes:
    """What goes along with a call that names these records of ours.

    Their fields go along as far as there is room; of a log nobody keeps any.
    """
    told = pb.Referred(items=[*map(copy_of, records)])
    for copy, record in zip(told.items, records, strict=True):
        if not record.a_log:
            shape = process.shapes[type(record)]
            copy.record.Pack(shape.to_message(record, shape.names, custom={}))
        if told.ByteSize() > _MOST_BYTES:
            copy.ClearField("record")
    return told.SerializeToString() if told.ByteSize() <= _MOST_BYTES else b""


async def brought(
    process: "Process", fetch: Fetch, message: bytes, by: str, wanted: Collection[Name]
) -> dict[Name, Standing]:
    """Of the records wanted those that are kept here, and those that their owner has sent along."""
    copies = [each for each in _read(message) if _name(each) in wanted and _owns(by, each)]
    standings = _standings(copies)
    if not standings:
        return await kept(fetch, wanted)
    keep = kept_fields(process.entities.values())
    rows = [
        _row(each, standing, keep.get(each.entity, ()))
        for each in copies
        if (standing := standings.get(_name(each)))
    ]
    found = await fetch(_BRING, [*columns_of(wanted), orjson.dumps(rows).decode()])
    new = {(row["entity"], row["id"]) for row in found if row["new"]}
    note_lacking(process, [each for each in copies if _name(each) in new])
    return standings | standings_of(found)


def _read(message: bytes) -> Sequence[Copy]:
    try:
        return pb.Referred.FromString(message).items
    except DecodeError:
        return ()


def _owns(service: str, copy: Copy) -> bool:
    return copy.entity.partition(".")[0] == service


def _name(copy: Copy) -> Name:
    return copy.entity, UUID(copy.id)


def _standings(copies: Iterable[Copy]) -> dict[Name, Standing]:
    """How each stands; one that hangs on another only if that one came along, before it."""
    known: dict[Name, Standing] = {}
    for copy in copies:
        keys = {Level.READ: copy.keys, Level.EDIT: copy.edit_keys, Level.FULL: copy.full_keys}
        standing = Standing(copy.entity, keys, row_of(copy, ())["inherited"], copy.state)
        if copy.parent_id and not copy.private:
            parent = known.get((copy.parent_entity, UUID(copy.parent_id)))
            if parent is None:
                continue
            standing = replace(standing, inherited=parent.handed_down)
        known[_name(copy)] = standing
    return known


def _row(copy: Copy, standing: Standing, names: Collection[str]) -> Mapping[str, Any]:
    return row_of(copy, names) | {"inherited": list(standing.inherited)}
