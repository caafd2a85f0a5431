"""What followed a record comes back once that stands again, as it was merged or became others.

What somebody changed since stays, and is listed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from kit.actor import Actor
from kit.entity import Record
from kit.entity.tracking import former
from kit.errors import Busy, Conflict, Problem, Unavailable
from kit.merging.reverting import before_and_after, reverted
from kit.merging.tables import CHANGED, LED, LEFT
from kit.merging.tables import followed_merge as followed
from kit.references.access import Name
from kit.references.places import Place, Trace
from kit.telemetry.logs import log

if TYPE_CHECKING:
    from kit.records.process import Process
    from kit.records.write.work import Work

_AT_ONCE = 200


def passes(problem: Problem) -> bool:
    """Whether it may go well in a moment: somebody was faster, or the database is away."""
    stale = isinstance(problem, Conflict) and not problem.fields
    return stale or isinstance(problem, Busy | Unavailable)


def row_of(
    place: Place, id: UUID, gone: UUID, into: UUID, trace: Trace, state: str
) -> dict[str, Any]:
    return {
        "entity": place.entity,
        "gone_id": gone,
        "into_id": into,
        "holder": place.record.entity,
        "record_id": id,
        "field": place.field,
        "part_id": trace.part_id,
        "both_named": trace.both,
        "state": state,
    }


async def lead_back(process: "Process", name: Name, actor: Actor) -> None:
    """What was led away from a record that stands again names it again."""
    entity, gone = name
    mine = (followed.c.gone_id == gone, followed.c.entity == entity)
    async with process.database.transaction() as transaction:
        await transaction.count(delete(followed).where(*mine, followed.c.state == LEFT))
    some = select(followed).where(*mine, followed.c.state == LED)
    some = some.order_by(followed.c.id).limit(_AT_ONCE)
    while rows := await process.database.rows(some):
        try:
            await _back_together(process, rows, actor)
        except Problem:
            for each in rows:
                await _back_alone(process, each, actor)


async def _back_alone(process: "Process", row: Any, actor: Actor) -> None:
    try:
        await _back_together(process, [row], actor)
    except Problem as problem:
        if passes(problem):
            raise
        log.info("merges.changed", entity=row.holder, id=str(row.record_id), error=problem.message)
        async with process.database.transaction() as transaction:
            await transaction.count(_changed([row.id]))


async def _back_together(process: "Process", rows: Sequence[Any], actor: Actor) -> None:
    async with process.work(actor) as work:
        await _come_back(work, rows)


async def _come_back(work: "Work", rows: Sequence[Any]) -> None:
    work.follows = True
    held: dict[str, list[UUID]] = {}
    for row in rows:
        held.setdefault(row.holder, []).append(row.record_id)
    found = {
        (holder, each.id): each
        for holder, ids in held.items()
        for each in await work.named(work.process.entities[holder], ids)
    }
    back = [row.id for row in rows if _is_back(found.get((row.holder, row.record_id)), row)]
    await work.flush()
    for holder, above in _left_and_reached(rows).items():
        if holder in work.process.recounts:
            await work.process.recounts[holder](work, above)
    others = [row.id for row in rows if row.id not in back]
    await work.run(delete(followed).where(followed.c.id.in_(back)))
    if others:
        await work.run(_changed(others))
    work.follows = False


def _left_and_reached(rows: Sequence[Any]) -> dict[str, set[UUID]]:
    """By entity what records named before and name now."""
    named: dict[str, set[UUID]] = {}
    for row in rows:
        named.setdefault(row.holder, set()).update((row.gone_id, row.into_id))
    return named


def _is_back(record: Record | None, row: Any) -> bool:
    if record is None:
        return False
    if row.changes is not None:
        return _says_again(record, row.changes)
    place = Place(type(record), row.entity, row.field)
    return place.back(record, row.gone_id, row.into_id, Trace(row.part_id, row.both_named))


def _says_again(record: Record, changes: Mapping[str, Any]) -> bool:
    """Whether it says again all that it said; what somebody changed since stays as it is."""
    sides = ({name: each[side] for name, each in changes.items()} for side in (0, 1))
    values, kept = reverted(record, *sides)
    for name, value in values.items():
        setattr(record, name, value)
    return not kept


def _changed(ids: Sequence[int]) -> Any:
    return update(followed).where(followed.c.id.in_(ids)).values(state=CHANGED)


async def noted_before(work: "Work", entity: str, ids: Sequence[UUID]) -> set[UUID]:
    """Those of some records that became others before, and whose followers have not come back yet."""
    mine = (followed.c.entity == entity, followed.c.gone_id.in_(ids), followed.c.state == LED)
    query = select(followed.c.gone_id).where(*mine, followed.c.changes.is_not(None))
    return {row.gone_id for row in await work.run(query.distinct())}


async def come_back_first(work: "Work", name: Name, into: UUID) -> None:
    """Lets come back what followed a record into others before, since it becomes this one by now."""
    mine = (followed.c.entity == name[0], followed.c.gone_id == name[1], followed.c.state == LED)
    if rows := await work.run(select(followed).where(*mine, followed.c.into_id != into)):
        await _come_back(work, rows)


async def note_following(work: "Work", record: Record, name: Name, into: UUID) -> None:
    """Notes how a record changes that follows one which became others, for the way back.

    Once that one stands again, the record says again what it said, but for what was changed since.
    """
    before, after = before_and_after(record, sorted(former(record).keys() & record.fields.keys()))
    said = {each: [before[each], after[each]] for each in before}
    row = row_of(Place(type(record), name[0], ""), record.id, name[1], into, Trace(), LED)
    await work.run(insert(followed).values({**row, "changes": said}))
