"""What hangs on records that become one, and would stand there twice, becomes one as well, and two again.

Two are alike that say the same where no two on one record may. The one under the record that is gone keeps
its place there, and becomes part of the other one as anything does that is merged.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, and_, any_, insert, or_, select, true, update

from kit.actor import Actor
from kit.entity import Record
from kit.ids import uuid7
from kit.merging.beside import move_along, move_back
from kit.merging.coming_back import row_of
from kit.merging.merging import keyed_anew
from kit.merging.reverting import reverted, shown
from kit.merging.surviving import surviving
from kit.merging.tables import CHANGED, merge
from kit.merging.tables import followed_merge as followed
from kit.records.bin.moving import take_from_bin, take_in
from kit.references.places import Place, Trace

if TYPE_CHECKING:
    from kit.records.process import Process
    from kit.records.write.work import Work

_AT_ONCE = 200


def joins(place: Place) -> bool:
    """Whether records hang there on others, and on each of them some but once."""
    return place.field in place.record.hangs_on and any(_alike(place))


def _alike(place: Place) -> Iterator[list[str]]:
    """The fields by which two on the same record are the same."""
    table: Any = place.record.__table__
    for each in table.constraints:
        names = list(each.columns.keys())
        if isinstance(each, UniqueConstraint) and place.field in names and len(names) > 1:
            yield [name for name in names if name != place.field]


def twins(place: Place, gone: Sequence[UUID], into: UUID) -> Any:
    """Of records on those that are gone each one that is on the survivor already, or comes there before."""
    mine: Any = place.record.__table__
    twin = mine.alias("twin")
    same = (and_(*(twin.c[name] == mine.c[name] for name in names)) for names in _alike(place))
    before = and_(twin.c[place.field].in_(gone), twin.c.id < mine.c.id)
    return (
        select(mine.c.id, twin.c.id.label("twin_id"))
        .join(twin, and_(or_(*same), or_(twin.c[place.field] == into, before)))
        .where(mine.c[place.field].in_(gone), unjoined(mine), unjoined(twin))
        .where(_open(mine), _open(twin))
    )


def unjoined(table: Any) -> Any:
    """The rows that are no part of another one; those that are stay under the record that is gone."""
    return table.c.merged_into.is_(None)


def _open(table: Any) -> Any:
    """Nobody who merges what is above decides who sees what somebody kept to few: it stays by itself."""
    return table.c.private.is_(False) if "private" in table.c else true()


async def hold(work: "Work", place: Place, ids: Sequence[UUID]) -> None:
    """Holds those on which records hang before these, as whoever changes them does."""
    above: Any = work.process.entities[place.entity].__table__
    held = select(above.c.id).where(above.c.id.in_(ids)).order_by(above.c.id)
    await work.run(held.with_for_update(key_share=True))


async def join(
    work: "Work", place: Place, ids: Sequence[UUID], gone: UUID, into: UUID
) -> set[UUID]:
    """Makes of each two that would be alike one; answers those that went."""
    mine: Any = place.record.__table__
    pairs = await work.run(twins(place, [gone], into).where(mine.c.id.in_(ids)))
    both = [each for pair in pairs for each in pair]
    found = {each.id: each for each in await work.named(place.record, both)}
    for other, twin in pairs:
        await _become_one(work, found[twin], found[other])
    return {pair.id for pair in pairs}


async def _become_one(work: "Work", survivor: Record, other: Record) -> None:
    before, merge_id = shown(survivor), uuid7()
    custom = work.permit(type(survivor)).custom.of_entity.fields
    for name, value in surviving((survivor, other), {}, _all, custom).items():
        setattr(survivor, name, value)
    survivor.take_in(other)
    take_in(work, survivor, other)
    after = shown(survivor)
    said = {name for name in before | after if before.get(name) != after.get(name)}
    line = {
        "id": merge_id,
        "entity": survivor.entity,
        "survivor_id": survivor.id,
        "other_ids": [other.id],
        "at": datetime.now(UTC),
        "by": work.actor.name,
        "before": {name: before.get(name) for name in said},
        "after": {name: after.get(name) for name in said},
        "given_up": {},
    }
    await work.run(insert(merge).values(line))
    await move_along(work, merge_id, other.id, survivor.id)
    await keyed_anew(work, survivor)
    await work.tell(survivor, "merged", [[], [str(other.id)]])


def _all(_: str) -> bool:
    """Nobody chooses: every field is filled."""
    return True


async def part(process: "Process", place: Place, gone: UUID, actor: Actor) -> None:
    """Makes two again of what became one, once the record stands again on which one of them hung."""
    while True:
        async with process.work(actor) as work:
            work.follows = True
            await hold(work, place, [gone])
            rows = await work.run(_joined(place, gone))
            ids = [each for row in rows for each in (row.survivor_id, *row.other_ids)]
            found = {each.id: each for each in await work.named(place.record, ids)}
            for row in rows:
                await _part(work, place, row, found)
            await work.flush()
            await recount(work, place, [gone])
        if len(rows) < _AT_ONCE:
            return


def _joined(place: Place, gone: UUID) -> Any:
    """The merges that were for the sake of one record, the latest first, as they have to be taken back."""
    mine: Any = place.record.__table__
    query = select(merge).join(mine, mine.c.id == any_(merge.c.other_ids))
    mine_here = (mine.c[place.field] == gone, mine.c.merged_into == merge.c.survivor_id)
    done = (merge.c.entity == place.record.entity, merge.c.undone_at.is_(None))
    return query.where(*mine_here, *done).order_by(merge.c.id.desc()).limit(_AT_ONCE)


async def _part(work: "Work", place: Place, row: Any, found: Mapping[UUID, Record]) -> None:
    other = found[row.other_ids[0]]
    other.merged_into = None
    take_from_bin(other)
    if (survivor := found.get(row.survivor_id)) is not None:
        values, kept = reverted(survivor, row.before, row.after)
        for name, value in values.items():
            setattr(survivor, name, value)
        await move_back(work, row.id, other, survivor.id)
        await keyed_anew(work, survivor)
        await work.tell(survivor, "unmerged", [[str(other.id)], []])
        if kept:
            above = getattr(other, place.field)
            line = row_of(place, survivor.id, above, row.survivor_id, Trace(), CHANGED)
            await work.run(insert(followed).values(line))
    await keyed_anew(work, other)
    said = {"undone_at": datetime.now(UTC), "undone_by": work.actor.name}
    await work.run(update(merge).where(merge.c.id == row.id).values(said))


async def recount(work: "Work", place: Place, ids: Sequence[UUID]) -> None:
    """Lets those on which records hang say again how many these are, where they say so."""
    if (told := work.process.recounts.get(place.record.entity)) and joins(place):
        await told(work, ids)
