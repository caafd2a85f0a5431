"""After tags were merged: records that hold one are given what it became, a batch at a time.

What says so is the policy, so that nothing is lost however often a service is stopped: as long as a
record holds a merged tag there is something to do, and a record that was changed holds none. The change
is one as any other, with its version, history and events, by the system actor `<service>.merge_tags`.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, select

from kit.access.tags import TagSet
from kit.actor import Actor, calls
from kit.entity import Record, Tagged
from kit.errors import Problem
from kit.events.cancellation import heed_cancellation
from kit.references.fetch import DATABASE_AWAY
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process

_AT_ONCE = 200
_LOOK_SECONDS, _ROUND_SECONDS = 0.5, 60.0
_FIRST = UUID(int=0)


async def merge_tags(process: "Process") -> NoReturn:
    """Looks through the records when tags were merged, and every minute for what came in meanwhile."""
    done: TagSet | None = None
    clock = asyncio.get_running_loop().time
    due = 0.0
    while True:
        heed_cancellation()
        tags = process.policy.organisation.tags
        if tags != done or clock() > due:
            calls(Actor.system(f"{process.name}.merge_tags"))
            try:
                await give_survivors(process, tags)
                done, due = tags, clock() + _ROUND_SECONDS
            except (Problem, *DATABASE_AWAY) as trouble:
                log.info("tags.wait", error=repr(trouble))
        await asyncio.sleep(_LOOK_SECONDS)


async def give_survivors(process: "Process", tags: TagSet) -> None:
    """Gives every record of the service that holds a merged tag what it became."""
    merged = list(tags.merged)
    for record in process.entities.values():
        last: UUID | None = _FIRST if merged and issubclass(record, Tagged) else None
        while last is not None:
            last = await _some(process, record, tags, merged, last)


async def _some(
    process: "Process", record: type[Record], tags: TagSet, merged: Sequence[str], after: UUID
) -> UUID | None:
    """The next records; where one of them is in the way of the others, each goes by itself."""
    ids = await _holders(process, record, merged, after)
    try:
        await _change(process, record, tags, ids)
    except Problem:
        for each in ids:
            await _change_alone(process, record, tags, each)
    return ids[-1] if len(ids) == _AT_ONCE else None


async def _holders(
    process: "Process", record: type[Record], merged: Sequence[str], after: UUID
) -> list[UUID]:
    table = record.__table__.c
    query = (
        select(table.id)
        .where(
            table.tags.bool_op("&&")(bindparam("merged", type_=ARRAY(Text()))),
            table.id > bindparam("after", type_=Uuid()),
            table.binned_at.is_(None),
        )
        .order_by(table.id)
        .limit(_AT_ONCE)
    )
    rows = await process.database.rows(query, merged=list(merged), after=after)
    return [row.id for row in rows]


async def _change(
    process: "Process", record: type[Record], tags: TagSet, ids: Sequence[UUID]
) -> None:
    if not ids:
        return
    actor = Actor.system(f"{process.name}.merge_tags")
    async with process.work(actor) as work:
        found: Sequence[Any] = await work.named(record, ids)
        for each in found:
            each.tags = tags.survivors(each.tags)


async def _change_alone(process: "Process", record: type[Record], tags: TagSet, id: UUID) -> None:
    """A record that does not pass its own rules any more keeps the tag, which leads on all the same."""
    try:
        await _change(process, record, tags, [id])
    except Problem as problem:
        log.warning("tags.not_merged", entity=record.entity, id=str(id), error=problem.message)
