"""The service `Merges` over all entities of one process that people fill."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from crm.v1 import merges_pb2 as pb
from crm.v1.merges_pb2_grpc import MergesServicer
from sqlalchemy import func, select

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.duplicates.taking import has_duplicates
from kit.custom_fields.fields import PREFIX
from kit.describe import title_of
from kit.entity import Instant, Level, Record
from kit.entity.record import STAMPS
from kit.errors import Denied, Invalid
from kit.ids import record_id
from kit.merging.following import follow_soon
from kit.merging.joining import joins, twins
from kit.merging.made.unmaking import unmade
from kit.merging.made.uses import Uses
from kit.merging.merging import Joined, Merging
from kit.merging.reverting import shown
from kit.merging.tables import CHANGED, LEFT, merge
from kit.merging.tables import followed_merge as followed
from kit.merging.undoing import Undoing
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.references.places import Place, places
from kit.rpc.call import current

_MOST, _MOST_LEFT, _MOST_USES = 50, 100, 200
_PEOPLE = "Only people merge records."
_SERVICES = "Only services take back what they had made; delete the record instead."


class _Tried(Exception):  # noqa: N818 - it says what happened
    """A trial has gone well and is taken back."""


class Merges(MergesServicer):
    """Merges the records of one process, and takes it back."""

    def __init__(self, process: Process, records: Sequence[Records[Any, Any]]) -> None:
        self.process = process
        self.records = {
            each.record.entity: each for each in records if has_duplicates(each.message.DESCRIPTOR)
        }

    async def Merge(self, request: pb.MergeRequest, context: Any) -> pb.Merged:
        records = self._records(request.entity)
        if request.dry_run:
            return await self._tried(records, request)
        async with records.work(request) as work:
            done = await Merging(work, records).merge(request)
            version = done.survivor.version
            told: pb.Merged = work.answer(
                pb.Merged(merge_id=str(done.id), id=request.id, version=version)
            )
        await follow_soon(self.process, request.entity, [each.id for each in done.others])
        return told

    def _records(self, entity: str) -> Records[Any, Any]:
        if calling().person_id is None:
            raise Denied(_PEOPLE)
        found = self.records.get(entity)
        if found is None:
            raise Invalid(entity=f"{self.process.name} merges no {entity!r}.")
        found.permit("view")
        return found

    async def _tried(self, records: Records[Any, Any], request: pb.MergeRequest) -> pb.Merged:
        """What would become of each field, and what would come along, as the caller may see it."""
        with suppress(_Tried):
            async with records.work(None) as work:
                done = await Merging(work, records).merge(request)
                raise _Tried
        permit, version = records.permit("view"), done.survivor.version
        moved = [
            pb.MovedRows(service=self.process.name, holder=name, count=count)
            for name, count in done.moved.items()
            if count
        ]
        return pb.Merged(
            id=str(done.survivor.id),
            version=version - 1,
            fields=_fields(permit, records, done),
            moves=moved,
        )

    async def List(self, request: pb.MergesRequest, context: Any) -> pb.MergePage:
        permit = self._records(request.entity).permit("view")
        id_ = record_id(request.id)
        await self.process.reader.one(permit, id_, ("id",))
        mine = (merge.c.survivor_id == id_, merge.c.entity == request.entity)
        query = select(merge).where(*mine).order_by(merge.c.id.desc()).limit(_MOST)
        rows = await self.process.database.rows(query)
        titles = await self._titles(permit, {each for row in rows for each in row.other_ids})
        return pb.MergePage(items=[self._entry(row, titles) for row in rows])

    async def _titles(self, permit: Permit, ids: Iterable[UUID]) -> Mapping[UUID, str]:
        record = permit.record
        if not permit.sees(record.title):
            return {}
        table: Any = record.__table__
        query = select(table.c.id, title_of(record)).where(table.c.id.in_(list(ids)))
        return {row[0]: str(row[1] or "") for row in await self.process.database.rows(query)}

    def _entry(self, row: Any, titles: Mapping[UUID, str]) -> pb.MergeEntry:
        show, settings = Instant().show, self.process.settings
        entry = pb.MergeEntry(
            id=str(row.id),
            others=[
                pb.MergedTitle(id=str(each), title=titles.get(each, "")) for each in row.other_ids
            ],
            at=str(show(row.at)),
            by=row.by,
            until=str(show(row.at + timedelta(days=settings.bin_days))),  # type: ignore[attr-defined]  # every service has it
        )
        if row.undone_at is not None:
            entry.undone_at, entry.undone_by = str(show(row.undone_at)), row.undone_by
        return entry

    async def UndoMerge(self, request: pb.UndoMergeRequest, context: Any) -> pb.Unmerged:
        records = self._records(request.entity)
        async with records.work(request) as work:
            told: pb.Unmerged = work.answer(await Undoing(work, records).undo(request))
        await follow_soon(self.process, request.entity, map(UUID, reversed(told.restored)))
        return told

    async def Referring(self, request: pb.ReferringRequest, context: Any) -> pb.ReferringRecords:
        ids = [record_id(each) for each in request.ids]
        answer = pb.ReferringRecords()
        for place, permit in self._seen_places(request.entity):
            row = await self.process.reader.rows(_counted(place, permit, ids))
            if count := row[0][0]:
                answer.items.add(
                    service=self.process.name,
                    holder=place.record.entity,
                    field=place.field,
                    count=count,
                    joined=await self._joined(place, permit, ids, request.into),
                )
            for id_, state in await self.process.reader.rows(_left(place, permit, ids)):
                answer.left.add(
                    entity=place.record.entity, id=str(id_), field=place.field, state=state
                )
        del answer.left[_MOST_LEFT:]
        return answer

    async def _joined(self, place: Place, permit: Permit, ids: Sequence[UUID], into: str) -> int:
        """How many that name these would become one with others, as far as the caller sees them."""
        if not (into and joins(place)):
            return 0
        alike = twins(place, ids, record_id(into)).where(_names(place, permit, ids)).subquery()
        [(count,)] = await self.process.reader.rows(select(func.count(alike.c.id.distinct())))
        return int(count)

    async def Uses(self, request: pb.UsesRequest, context: Any) -> pb.RecordUses:
        uses = Uses(self.process, request)
        return pb.RecordUses(
            items=[each for made in request.made async for each in uses.of(made)][:_MOST_USES]
        )

    async def Unmake(self, request: pb.UnmakeRequest, context: Any) -> pb.Unmade:
        if not calling().peer:
            raise Denied(_SERVICES)
        async with self.process.work(calling(), current(), request) as work:
            told: pb.Unmade = work.answer(await unmade(work, request))
        return told

    def _seen_places(self, entity: str) -> Iterator[tuple[Place, Permit]]:
        """Where records name those of an entity, as far as the caller may see that they do."""
        policy = self.process.policy
        for place in places(self.process.entities.values(), entity, policy.organisation.custom):
            permit = policy.permit(calling(), place.record)
            if "view" in permit.rights and permit.sees(place.shown_in):
                yield place, permit


def _counted(place: Place, permit: Permit, ids: Sequence[UUID]) -> Any:
    return select(func.count()).where(_names(place, permit, ids))


def _names(place: Place, permit: Permit, ids: Sequence[UUID]) -> Any:
    """The records within reach that name one of these."""
    defined = permit.custom.of_entity.defined.values()
    within = reachable(place.record, permit.reach(Level.READ), Level.READ)
    return within & place.names(ids, tuple(dict.fromkeys(defined)))


def _left(place: Place, permit: Permit, ids: Sequence[UUID]) -> Any:
    """Those within reach that could not follow a merge of these, or its being taken back."""
    table: Any = place.record.__table__
    joined = followed.join(table, table.c.id == followed.c.record_id)
    return (
        select(followed.c.record_id, followed.c.state)
        .select_from(joined)
        .where(
            followed.c.gone_id.in_(ids),
            followed.c.holder == place.record.entity,
            followed.c.field == place.field,
            followed.c.state.in_((LEFT, CHANGED)),
            reachable(place.record, permit.reach(Level.READ), Level.READ),
        )
        .order_by(followed.c.id)
        .limit(_MOST_LEFT)
    )


def _fields(permit: Permit, records: Records[Any, Any], done: Joined) -> list[pb.MergedField]:
    """The fields in sight in which one of the records says something."""
    after = shown(done.survivor)
    told = []
    for name in permit.seen(each for each in records.shape.names if each not in STAMPS):
        sides = {str(id_): said.get(name) for id_, said in done.said.items()}
        told.append(_field(name, sides, after.get(name), _is_open(permit, done.survivor, name)))
    for name in permit.custom.fields:
        key = name.removeprefix(PREFIX)
        sides = {str(id_): said["custom"].get(key) for id_, said in done.said.items()}
        told.append(_field(name, sides, after["custom"].get(key), name not in permit.limits))
    return [each for each in told if each.values or each.HasField("survives")]


def _field(name: str, sides: Mapping[str, Any], after: Any, is_open: bool) -> pb.MergedField:
    told = pb.MergedField(field=name, open=is_open)
    told.values.update({id_: _json(value) for id_, value in sides.items() if value not in _EMPTY})
    if after not in _EMPTY:
        told.survives = _json(after)
    return told


_EMPTY: tuple[Any, ...] = (None, "", [])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _is_open(permit: Permit, record: Record, name: str) -> bool:
    return record.fields[name].said.editable and name not in permit.limits
