"""What is referred to and not kept yet is asked for, and what is kept is compared with its owner.

After a migration nothing is kept, and work of the system may refer to what it has never asked for. Until
a record above is known, what hangs on it is seen by its owner and by those it is shared with alone. A
copy that lacks a field which is kept by now, because a declaration is new, is asked for again.
"""

# ruff: noqa: S608 - every name in a statement is that of a table or column of our own

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from kit.access.inheritance import of_nothing
from kit.actor import Actor, calls
from kit.entity import Record, Reference, References
from kit.errors import Problem
from kit.events.cancellation import heed_cancellation
from kit.references.access import Name
from kit.references.cascade import follow
from kit.references.copies.kept_fields import kept_fields
from kit.references.copies.store import asked
from kit.references.fetch import DATABASE_AWAY
from kit.telemetry import metrics
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process

_AT_ONCE = 500
_ROUND_SECONDS, _RETRY_SECONDS, _MOMENT_SECONDS = 600.0, 5.0, 1.0

# Of a service's own records copies were kept, too, where another service told of what hangs on them.
_FORGET = (
    "delete from reference_copy where entity = any($1::text[]) "
    "or state = 'asked' and asked_at < now() - interval '10 minutes'"
)
_GONE = (
    "update reference_copy set state = 'erased', title = '', kept = '{}', asked_at = now() "
    "where entity = $1 and id = any($2::uuid[]) and state <> 'erased'"
)
_OLDEST = (
    "select entity, id from reference_copy where state in ('live', 'binned', 'merged', 'converted') "
    "order by asked_at limit $1"
)
_SEEN = "update reference_copy set asked_at = now() where entity = $1 and id = any($2::uuid[])"
_AS_KEPT = (
    "select id, state, title, kept, keys, wkeys, full_keys, inherited, parent_id, merged_into "
    "from reference_copy where entity = $1 and id = any($2::uuid[]) order by id"
)

_LACKING = (
    "select id from reference_copy where entity = $1 and state = 'live' and not kept ?& $2::text[] "
    "and id > $3 order by id limit $4"
)


async def keep_true(process: "Process") -> NoReturn:
    """Adopts and compares, at the start and every ten minutes; an owner that is away is waited for."""
    while True:
        heed_cancellation()
        calls(Actor.system(f"{process.name}.references"))
        try:
            await adopt(process)
            await compare(process)
            rest = _ROUND_SECONDS
        except (Problem, *DATABASE_AWAY) as trouble:
            log.info("references.wait", error=repr(trouble))
            rest = _RETRY_SECONDS
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(rest):
                await _look_after(process)


async def _look_after(process: "Process") -> NoReturn:
    """Asks, many at once and a moment later, for what was referred to without asking."""
    while True:
        await process.unknown_references.wait()
        await asyncio.sleep(_MOMENT_SECONDS)
        names = process.unknown_references.take()
        try:
            await _ask_together(process, names)
        except (Problem, *DATABASE_AWAY) as trouble:
            log.info("references.wait", error=repr(trouble))
            process.unknown_references.note(names)
            await asyncio.sleep(_RETRY_SECONDS)


async def _ask_together(process: "Process", names: Sequence[Name]) -> None:
    for entity, group in groupby(names, key=lambda name: name[0]):
        ids = [each for _, each in group]
        for first in range(0, len(ids), _AT_ONCE):
            await ask(process, entity, ids[first : first + _AT_ONCE])


async def adopt(process: "Process") -> None:
    """Asks for everything that is referred to and not kept, and lets what hangs on it follow."""
    await process.database.fetch(_FORGET, [list(process.entities)])
    for record in process.entities.values():
        for text, entity in _unknown(record, process.entities):
            while ids := [row["id"] for row in await process.database.fetch(text, [_AT_ONCE])]:
                await ask(process, entity, ids)
        await _settle(process, record)
    await _complete(process)


async def _complete(process: "Process") -> None:
    """Asks for the copies that lack a field which is kept by now, each once."""
    for entity, names in kept_fields(process.entities.values()).items():
        last = UUID(int=0)
        while rows := await process.database.fetch(_LACKING, [entity, names, last, _AT_ONCE]):
            ids = [row["id"] for row in rows]
            await ask(process, entity, ids)
            last = ids[-1]


async def compare(process: "Process") -> int:
    """Compares those that were compared longest ago with what their owners say; counts differences."""
    rows = await process.database.fetch(_OLDEST, [_AT_ONCE])
    different = 0
    for entity in sorted({row["entity"] for row in rows}):
        ids = [row["id"] for row in rows if row["entity"] == entity]
        before = await as_kept(process, entity, ids)
        await ask(process, entity, ids)
        after = await as_kept(process, entity, ids)
        different += sum(was != now for was, now in zip(before, after, strict=True))
    metrics.REFERENCES_DIFFERENT.inc(different)
    return different


async def as_kept(process: "Process", entity: str, ids: Sequence[UUID]) -> Sequence[Any]:
    """The copies as they are, in the order of their ids."""
    return await process.database.fetch(_AS_KEPT, [entity, list(ids)])


async def ask(process: "Process", entity: str, ids: Sequence[UUID]) -> None:
    """Brings copies up to date; what the owner knows nothing of any more is gone."""
    answered = await asked(process, [(entity, each) for each in ids])
    await process.database.fetch(_SEEN, [entity, list(ids)])
    if gone := [each for each in ids if (entity, each) not in answered]:
        await process.database.fetch(_GONE, [entity, gone])


def _unknown(record: type[Record], own: Any) -> Iterator[tuple[str, str]]:
    """The questions for ids of other services' records of which there is no copy, with their entity."""
    for name, known in record.fields.items():
        kind: Any = known.said.kind
        if not isinstance(kind, Reference | References):
            continue
        for entity in getattr(kind, "among", ()) or (kind.target,):
            if entity and entity not in own and not entity.startswith("identity."):
                yield _without_copy(record, name, kind, entity), entity


def _without_copy(record: type[Record], name: str, kind: Any, entity: str) -> str:
    one = f"unnest({name})" if isinstance(kind, References) else name
    named_by = getattr(kind, "named_by", "")
    where = f"where {named_by} = '{entity}'" if named_by else ""
    return f"""
select distinct id from (select {one} as id from "{record.__tablename__}" {where}) as referred
where id is not null and not exists (
  select from reference_copy as copy
  where copy.entity = '{entity}' and copy.id = referred.id and copy.state <> 'asked')
limit $1
"""


async def _settle(process: "Process", record: type[Record]) -> None:
    """Rows that never took over anything; the program of the release before knew nothing of it."""
    if not record.hangs_on:
        return
    table, empty = f'"{record.__tablename__}"', "inherited = '{}'"
    alone = " and ".join(f"{name} is null" for name in record.hangs_on)
    await process.database.fetch(
        f"update {table} set inherited = $1 where {empty} and {alone}", [of_nothing(record.parents)]
    )
    for name in record.hangs_on:
        named_by = getattr(record.fields[name].said.kind, "named_by", "")
        entity = named_by or f"'{getattr(record.fields[name].said.kind, 'target', '')}'"
        rows = await process.database.fetch(
            f"select distinct {entity} as entity, {name} as id from {table} "
            f"where {empty} and {name} is not null",
            [],
        )
        for each in sorted({row["entity"] for row in rows}):
            ids = [row["id"] for row in rows if row["entity"] == each]
            await follow(process.database.fetch, process.entities, each, ids)
