"""Whatever names a record that was merged comes to name the survivor, and back when the merge is undone.

What says so is how the record stands by now, in its own table or as the copy that is kept of it, and no
message that could come late, twice or in another order: as long as something names a record that was
merged there is something to do. One step at a time, so that of a chain each link can be taken back. What
was led is written down beside it; whatever somebody changed since stays, and is listed.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from sqlalchemy import exists, insert, select

from kit.actor import Actor
from kit.entity import Record
from kit.errors import Problem
from kit.events.cancellation import heed_cancellation
from kit.merging.coming_back import lead_back, passes, row_of
from kit.merging.joining import hold, join, joins, part, recount, unjoined
from kit.merging.tables import LED, LEFT
from kit.merging.tables import followed_merge as followed
from kit.references.access import Name
from kit.references.copies.tables import reference_copy
from kit.references.fetch import DATABASE_AWAY
from kit.references.places import Place, Trace, places
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process

_AT_ONCE = 200
_SOON_SECONDS, _RETRY_SECONDS, _AGAIN_SECONDS = 2.0, 5.0, 60.0
CONVERTED = "converted"
_AWAY = exists().where(
    reference_copy.c.entity == followed.c.entity,
    reference_copy.c.id == followed.c.gone_id,
    reference_copy.c.state == CONVERTED,
)
"""Most of what is noted follows what became others, and nothing is to be done while it has."""


async def follow_merges(process: "Process") -> NoReturn:
    """Follows what was merged or is apart again: at the start all, then what is heard of.

    A minute later it looks once more: a call that began before may have named the merged record.
    """
    process.merged.note(await _all(process))
    again: dict[Name, float] = {}
    clock = asyncio.get_running_loop().time
    while True:
        heed_cancellation()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN_SECONDS if again else None):
                await process.merged.wait()
        names = process.merged.take()
        due = [name for name, at in again.items() if at <= clock()]
        again = {name: at for name, at in again.items() if at > clock()}
        again |= dict.fromkeys(names, clock() + _AGAIN_SECONDS)
        if not await _followed(process, [*names, *due]):
            await asyncio.sleep(_RETRY_SECONDS)


async def _followed(process: "Process", names: Sequence[Name]) -> bool:
    """Whether all could be followed; those that could not wait for the next time."""
    done = True
    for name in names:
        try:
            await follow_one(process, name)
        except (Problem, *DATABASE_AWAY) as trouble:
            log.info("merges.wait", entity=name[0], id=str(name[1]), error=repr(trouble))
            process.merged.note([name])
            done = False
    return done


async def _all(process: "Process") -> list[Name]:
    """What stands merged here, and what was led and has not to be any more."""
    found = await _merged_copies(process)
    for record in process.entities.values():
        table: Any = record.__table__
        rows = await process.database.rows(
            select(table.c.id).where(table.c.merged_into.is_not(None))
        )
        found += [(record.entity, row.id) for row in rows]
    led = (
        select(followed.c.entity, followed.c.gone_id)
        .where(followed.c.state == LED, ~_AWAY)
        .distinct()
    )
    return [*found, *((row.entity, row.gone_id) for row in await process.database.rows(led))]


async def _merged_copies(process: "Process") -> list[Name]:
    copies = reference_copy.c
    query = select(copies.entity, copies.id).where(copies.merged_into.is_not(None))
    return [(row.entity, row.id) for row in await process.database.rows(query)]


async def follow_soon(process: "Process", entity: str, ids: Iterable[UUID]) -> None:
    """Follows at once what takes no time, so that who merged finds it done; the rest in the background."""
    names = [(entity, each) for each in ids]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SOON_SECONDS):
            await _followed(process, names)
    process.merged.note(names)


async def follow_one(process: "Process", name: Name) -> None:
    """Leads what names one record to where that is by now; what became others says itself what follows."""
    entity, gone = name
    into, became = await _into(process, name)
    if into is None:
        if not became:
            await _lead_back(process, name)
        return
    custom = process.policy.organisation.custom
    for place in places(process.entities.values(), entity, custom):
        while ids := await _naming(process, place, gone):
            await _lead(process, place, ids, gone, into)


async def _lead_back(process: "Process", name: Name) -> None:
    """First what became one for its sake is two again; what only moved comes after that."""
    entity, gone = name
    for place in filter(joins, places(process.entities.values(), entity)):
        await part(process, place, gone, _actor(process))
    await lead_back(process, name, _actor(process))


async def _into(process: "Process", name: Name) -> tuple[UUID | None, bool]:
    """Into which record one was merged, and whether it became others, as its owner says or is known here."""
    entity, id_ = name
    if (record := process.entities.get(entity)) is not None:
        table: Any = record.__table__
        query = select(table.c.merged_into, table.c.gone_as.is_not(None)).where(table.c.id == id_)
    else:
        copies = reference_copy.c
        query = select(copies.merged_into, copies.state == CONVERTED).where(
            copies.entity == entity, copies.id == id_
        )
    rows = await process.database.rows(query)
    return (rows[0][0], rows[0][1]) if rows else (None, False)


async def _naming(process: "Process", place: Place, gone: UUID) -> list[UUID]:
    """Some of the records that name it there and could yet be led on, whether they stand or not."""
    table: Any = place.record.__table__
    defined = process.policy.organisation.custom.get(place.record.entity, ())
    left = exists().where(
        followed.c.gone_id == gone,
        followed.c.record_id == table.c.id,
        followed.c.field == place.field,
        followed.c.state == LEFT,
    )
    query = select(table.c.id).where(
        place.names([gone], defined), table.c.erased_at.is_(None), ~left
    )
    query = query.where(unjoined(table)) if joins(place) else query
    rows = await process.database.rows(query.order_by(table.c.id).limit(_AT_ONCE))
    return [row.id for row in rows]


async def _lead(
    process: "Process", place: Place, ids: Sequence[UUID], gone: UUID, into: UUID
) -> None:
    """Many at once; where one of them is in the way of the others, each by itself."""
    try:
        await _lead_together(process, place, ids, gone, into)
    except Problem:
        for each in ids:
            await _lead_alone(process, place, each, gone, into)


async def _lead_alone(process: "Process", place: Place, id: UUID, gone: UUID, into: UUID) -> None:
    """Where the survivor has no room for it, as where both are in one list, it goes on as it is."""
    try:
        await _lead_together(process, place, [id], gone, into)
    except Problem as problem:
        if passes(problem):
            raise
        log.info("merges.left", entity=place.record.entity, id=str(id), error=problem.message)
        row = row_of(place, id, gone, into, Trace(), LEFT)
        async with process.database.transaction() as transaction:
            await transaction.count(insert(followed).values(row))


async def _lead_together(
    process: "Process", place: Place, ids: Sequence[UUID], gone: UUID, into: UUID
) -> None:
    async with process.work(_actor(process)) as work:
        work.follows = True
        joined: set[UUID] = set()
        if joins(place):
            await hold(work, place, [gone, into])
            joined = await join(work, place, ids, gone, into)
        found: Sequence[Record] = await work.named(place.record, ids)
        rows = [
            row_of(place, each.id, gone, into, trace, LED)
            for each in found
            if each.id not in joined
            for trace in place.lead(each, gone, into)
        ]
        await work.flush()
        # What only reads as if it named the other one would be found again for ever.
        others = set(ids) - joined - {each["record_id"] for each in rows}
        rows += [row_of(place, each, gone, into, Trace(), LEFT) for each in others]
        if rows:
            await work.run(insert(followed).values(rows))
        await recount(work, place, [gone, into])


def _actor(process: "Process") -> Actor:
    return Actor.system(f"{process.name}.follow_merges")
