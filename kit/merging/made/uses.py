"""What has happened to records since others made them: by that they stay when those are taken back."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from crm.v1 import merges_pb2 as pb
from sqlalchemy import Text, cast, exists, func, select

from kit.access.clause import standing, within_reach
from kit.access.permit import Permit
from kit.actor import calling
from kit.database.tables import moving
from kit.describe import title_of
from kit.entity import Level, Record
from kit.ids import record_id
from kit.merging.tables import LED, moved_along
from kit.merging.tables import followed_merge as followed
from kit.records.process import Process
from kit.records.tables import history
from kit.references.places import Place, places

CHANGED, NAMED, BESIDE, LOCKED, HIDDEN = "changed", "named", "beside", "locked", "hidden"
_MOST = 50
# People read of these; who follows a record has not used it.
_READ = ("note", "file")
AS_MADE = 1
"""The version of a record that nobody has changed since it was made."""

Made = tuple[str, UUID]
"""The entity of a record that was made, and its id."""


class Uses:
    """What one service knows of records that were made of another one."""

    def __init__(self, process: Process, request: pb.UsesRequest) -> None:
        self._process = process
        self._of = record_id(request.id)
        self._made = [record_id(each.id) for each in request.made]

    async def of(self, made: pb.MadeRecord) -> AsyncIterator[pb.RecordUse]:
        """Why one of them would stay: what is seen of that in full, and how much is not."""
        id_, hidden = record_id(made.id), 0
        async for each in self._found(made.entity, id_):
            if each.what == HIDDEN:
                hidden += each.count
            else:
                each.made_id = made.id
                yield each
        if hidden:
            yield pb.RecordUse(made_id=made.id, what=HIDDEN, count=hidden)

    async def _found(self, entity: str, id_: UUID) -> AsyncIterator[pb.RecordUse]:
        process = self._process
        if (record := process.entities.get(entity)) is not None:
            async for each in self._itself(process.policy.permit(calling(), record), id_):
                yield each
        custom = process.policy.organisation.custom
        for place in places(process.entities.values(), entity, custom):
            if not place.record.a_log:
                async for each in self._naming(place, id_):
                    yield each

    async def _itself(self, permit: Permit, id_: UUID) -> AsyncIterator[pb.RecordUse]:
        """What was changed of it and added to it; one that lies in the bin stays there."""
        rows = await self._process.reader.rows(_standing(permit, id_))
        if not rows:
            return
        version, may, seen = rows[0]
        if not (may and "edit" in permit.rights):
            yield pb.RecordUse(what=LOCKED, count=1)
        if version > AS_MADE and not (seen and "view" in permit.rights):
            yield pb.RecordUse(what=HIDDEN, count=1)
        elif version > AS_MADE:
            for each in _changes(permit, await self._process.reader.rows(_changed(id_))):
                yield each
        for holder in _READ:
            [(count,)] = await self._process.reader.rows(_beside(holder, id_, self._of))
            if count:
                yield pb.RecordUse(what=BESIDE, entity=holder, count=count)

    async def _naming(self, place: Place, id_: UUID) -> AsyncIterator[pb.RecordUse]:
        permit = self._process.policy.permit(calling(), place.record)
        sees = "view" in permit.rights and permit.sees(place.shown_in)
        query = _others(place, permit, id_, self._made, self._of)
        for other, title, within in await self._process.reader.rows(query):
            if not (sees and within):
                yield pb.RecordUse(what=HIDDEN, count=1)
                continue
            told = str(title or "") if permit.sees(place.record.title) else ""
            yield pb.RecordUse(
                what=NAMED,
                entity=place.record.entity,
                id=str(other),
                title=told,
                field=place.field,
                count=1,
            )


def _standing(permit: Permit, id_: UUID) -> Any:
    """The version of a record that stands, and whether the caller may change it, and see it."""
    table: Any = permit.record.__table__
    may, seen = (
        within_reach(permit.record, permit.reach(each), each) for each in (Level.EDIT, Level.READ)
    )
    return select(table.c.version, may, seen).where(table.c.id == id_, standing(table))


def _changed(id_: UUID) -> Any:
    names = func.jsonb_object_keys(history.c.changes).column_valued("name")
    changed = (history.c.record_id == id_, history.c.version > AS_MADE)
    return select(names).select_from(history).where(*changed).distinct().order_by(names)


def _changes(permit: Permit, rows: Sequence[Any]) -> list[pb.RecordUse]:
    """The fields that differ from what was made; a record that only came back from the bin is used, too."""
    names = [row[0] for row in rows]
    seen = [name for name in names if permit.sees(name)]
    told = [pb.RecordUse(what=CHANGED, field=name, count=1) for name in seen]
    if len(seen) < len(names):
        told.append(pb.RecordUse(what=HIDDEN, count=len(names) - len(seen)))
    return told or [pb.RecordUse(what=CHANGED, count=1)]


def _beside(holder: str, id_: UUID, of: UUID) -> Any:
    """How many notes or files stand beside it that did not come from the record of which it was made."""
    on = next(each for each in moving() if each.table.name == holder)
    came = exists().where(
        moved_along.c.merge_id == of,
        moved_along.c.held_in == holder,
        moved_along.c.key == cast(on.table.c.id, Text),
    )
    return select(func.count()).select_from(on.table).where(on == id_, ~came)


def _others(place: Place, permit: Permit, id_: UUID, made: Sequence[UUID], of: UUID) -> Any:
    """The records that name it and would go on doing so, and whether the caller reaches each."""
    record: type[Record] = place.record
    table: Any = record.__table__
    goes_back = exists().where(
        followed.c.gone_id == of,
        followed.c.record_id == table.c.id,
        followed.c.state == LED,
        followed.c.changes.has_key(place.field),
    )
    within = within_reach(record, permit.reach(Level.READ), Level.READ)
    named = place.names([id_], tuple(permit.custom.of_entity.defined.values()))
    return (
        select(table.c.id, title_of(record), within)
        .where(named, standing(table), table.c.id.not_in(made), ~goes_back)
        .order_by(table.c.id)
        .limit(_MOST)
    )
