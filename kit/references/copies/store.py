"""The copies of records of other services: found here, or asked of their owner once and then followed.

Asking races with the owner's events: what the owner answers may be old by the time that it is stored,
and an event about a record that is not kept yet is dropped. So a row is put down before the question;
from then on every event finds it, and the answer counts only if nothing newer came. What changes
nothing that is kept writes nothing, the version included. An event that tells no fields, and came ahead
of one that is not here yet, makes that one old: its fields are asked for.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from crm.v1 import records_pb2 as pb
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.inheritance import CLOSED, PRIVATE, of_nothing
from kit.actor import Actor, acting_as
from kit.references.access import COLUMNS, Name, Standing
from kit.references.cascade import follow
from kit.references.copies.kept_fields import Copy, kept_fields, values_of
from kit.references.fetch import Fetch, on
from kit.wire.contract import facts_of

if TYPE_CHECKING:
    from kit.records.process import Process

ASKED_AT_ONCE = 500

KNOWN = (
    f"select entity, id, state, {COLUMNS}, merged_into from reference_copy "  # noqa: S608 - columns of our own
    "join unnest($1::text[], $2::uuid[]) as wanted(entity, id) using (entity, id) "
    "where state <> 'asked'"
)
"""Finds the copies that are here, by the columns of `columns_of`."""

_PUT_DOWN = (
    "insert into reference_copy (entity, id, version, state, title, kept, keys, wkeys, full_keys, "
    "inherited) select entity, id, 0, 'asked', '', '{}', '{}', '{}', '{}', '{}' "
    "from unnest($1::text[], $2::uuid[]) as wanted(entity, id) on conflict do nothing"
)
_STORE = """
update reference_copy as copy set version = news.version, state = news.state, title = news.title,
  kept = coalesce(news.kept, copy.kept), keys = news.keys, wkeys = news.wkeys, full_keys = news.full_keys,
  parent_entity = news.parent_entity, parent_id = news.parent_id, merged_into = news.merged_into,
  inherited = case when news.parent_id is null or 2 = any(news.inherited) then news.inherited
    when (copy.parent_entity, copy.parent_id) = (news.parent_entity, news.parent_id)
      and copy.version > 0 and 2 <> all(copy.inherited) then copy.inherited else '{}' end
from jsonb_populate_recordset(null::reference_copy, $1::text::jsonb) as news
where copy.entity = news.entity and copy.id = news.id and copy.version <= news.version
  and ((copy.state, copy.title, copy.kept, copy.keys, copy.wkeys, copy.full_keys,
      copy.parent_entity, copy.parent_id, copy.merged_into)
    is distinct from (news.state, news.title, coalesce(news.kept, copy.kept), news.keys, news.wkeys,
      news.full_keys, news.parent_entity, news.parent_id, news.merged_into)
    or (news.parent_id is null and copy.inherited <> news.inherited) or copy.version = 0
    or (2 = any(copy.inherited)) <> (2 = any(news.inherited)))
returning copy.entity, copy.id, copy.parent_entity, copy.parent_id,
  (old.keys, old.wkeys, old.full_keys, old.inherited, old.parent_id)
  is distinct from (new.keys, new.wkeys, new.full_keys, new.inherited, new.parent_id) as moved,
  old.merged_into is distinct from new.merged_into
  or (old.state = 'converted') <> (new.state = 'converted') as merged,
  news.kept is null and old.version < news.version - 1 as lacks
"""


async def kept(fetch: Fetch, names: Iterable[Name]) -> dict[Name, Standing]:
    """The copies that are here already."""
    return standings_of(await fetch(KNOWN, columns_of(names)))


def standings_of(rows: Iterable[Any]) -> dict[Name, Standing]:
    """How the records stand of which rows of copies tell."""
    return {(row["entity"], row["id"]): Standing.read(row["entity"], row) for row in rows}


async def asked(process: "Process", names: Collection[Name]) -> dict[Name, Standing]:
    """Copies of records that were not known here: one question for each service that owns some."""
    fetch = process.database.fetch
    await fetch(_PUT_DOWN, columns_of(names))
    found: dict[Name, Standing] = {}
    for service, theirs in groupby(sorted(names), key=lambda name: name[0].partition(".")[0]):
        answer = await _asked_of_owner(process, service, theirs)
        # What hangs on a record of ours follows that record, and no copy of it.
        above = [each for each in answer.above if each.entity not in process.entities]
        await fetch(_PUT_DOWN, columns_of(map(_name, above)))
        await store(process, [*above, *answer.items])
        note_lacking(process, above)
        found |= await kept(fetch, map(_name, answer.items))
    return found


async def _asked_of_owner(process: "Process", service: str, names: Iterable[Name]) -> pb.Referred:
    """What the owner answers to this process itself; who may see what is decided here, by the keys."""
    channel: Any = process.peers.channel(service)
    items = [pb.RecordName(entity=entity, id=str(each)) for entity, each in names]
    keep = [
        pb.KeptFields(entity=entity, fields=fields)
        for entity, fields in kept_fields(process.entities.values()).items()
        if entity.startswith(f"{service}.")
    ]
    with acting_as(Actor.system(f"{process.name}.references")):
        request = pb.ReferRequest(items=items, keep=keep)
        answer: pb.Referred = await RecordsStub(channel).Refer(request)
    return answer


def note_lacking(process: "Process", copies: Iterable[Copy]) -> None:
    """What comes without its fields, as from another than its owner, is asked for soon if some are kept."""
    keep = kept_fields(process.entities.values())
    lacking = [each for each in copies if each.entity in keep and not each.HasField("record")]
    process.unknown_references.note(map(_name, lacking))


async def store(process: "Process", copies: Sequence[Copy]) -> None:
    """Takes in what owners published of records that are kept here, unless something newer is here."""
    if not copies:
        return
    entities = process.entities
    async with process.database.connection() as connection, connection.transaction():
        fetch = on(connection)
        keep = kept_fields(entities.values())
        rows = [row_of(each, keep.get(each.entity, ())) for each in copies]
        stored = await fetch(_STORE, [orjson.dumps(rows).decode()])
        moved = [row for row in stored if row["moved"]]
        above = {(row["parent_entity"], row["parent_id"]) for row in moved if row["parent_id"]}
        names = sorted(above) + sorted((row["entity"], row["id"]) for row in moved)
        for entity, group in groupby(names, key=lambda name: name[0]):
            await follow(fetch, entities, entity, [each for _, each in group])
    process.merged.note((row["entity"], row["id"]) for row in stored if row["merged"])
    process.unknown_references.note((row["entity"], row["id"]) for row in stored if row["lacks"])


def row_of(copy: Copy, names: Collection[str]) -> dict[str, Any]:
    """A copy as the table has it; what it takes over from above follows when that is known."""
    return {
        "entity": copy.entity,
        "id": copy.id,
        "version": copy.version,
        "state": copy.state,
        "title": copy.title,
        "kept": {} if copy.state == "erased" else values_of(copy, names),
        "keys": list(copy.keys),
        "wkeys": list(copy.edit_keys),
        "full_keys": list(copy.full_keys),
        "inherited": _inherited(copy),
        "parent_entity": copy.parent_entity or None,
        "parent_id": copy.parent_id or None,
        "merged_into": copy.merged_into or None,
    }


def _inherited(copy: Copy) -> list[int]:
    """What it takes over by itself; the marks of what is private are those of `_STORE`."""
    if copy.private:
        return [CLOSED, PRIVATE]
    facts = facts_of(copy.entity)
    return of_nothing(facts.parents if facts and not copy.HasField("parent_id") else ())


def _name(copy: Copy) -> Name:
    return copy.entity, UUID(copy.id)


def columns_of(names: Iterable[Name]) -> list[Any]:
    """Names as statements take them."""
    wanted = list(names)
    return [[entity for entity, _ in wanted], [each for _, each in wanted]]
