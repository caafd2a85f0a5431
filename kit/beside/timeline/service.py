"""The service `Timelines` over all entities of one process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from crm.v1 import standard_pb2
from crm.v1 import timeline_pb2 as pb
from crm.v1.timeline_pb2_grpc import TimelinesServicer

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.files.reading import Reader as FileReader
from kit.beside.files.reading import people
from kit.beside.notes.reading import Reader, moment, people_in
from kit.beside.taking import takes_notes
from kit.beside.timeline import sources
from kit.beside.timeline.branches import Branch, branches, hanging_on, stem
from kit.beside.timeline.sources import CHANGE, FILE, KINDS, LOG, NOTE, Place
from kit.entity import Record
from kit.entity.kinds import PERSON
from kit.errors import Invalid
from kit.ids import record_id
from kit.records.methods.telling import entry_of, names_in
from kit.records.process import Process
from kit.records.read.naming import Wanted, merged
from kit.wire.contract import facts_of

_PAGE, _MOST = 20, 100

Found = dict[str, Sequence[tuple[Any, Any]]]
"""By kind the newest entries of a source, each with its moment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a timeline is asked for: by whom, of which records, which kinds, from where on."""

    stem: Branch | None
    """The record itself; None where another service has it."""
    branches: Sequence[Branch]
    kinds: frozenset[str]
    after: Place
    size: int

    @property
    def permits(self) -> Mapping[str, Permit]:
        return {each.record.entity: each.permit for each in self.branches}


class Timelines(TimelinesServicer):
    """Tells what happened to the records of one process."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def List(self, request: pb.TimelineRequest, context: Any) -> pb.TimelinePage:
        asked = await self._asked(request)
        found = await self._found(asked)
        told = sources.in_order(found, asked.size)
        more = len(told) < sum(map(len, found.values()))
        items = list(_entries(asked, told))
        token = items[-1].place if more else ""
        page = standard_pb2.Page(next_page_token=token)
        if request.titles:
            wanted = merged(_names(asked, items))
            titles = await self.process.reader.titles.named(self.process.name, calling(), wanted)
            page.titles.extend(each.message() for each in titles)
        return pb.TimelinePage(items=items, page=page)

    async def _asked(self, request: pb.TimelineRequest) -> Asked:
        """The question, of a record that the caller sees."""
        if facts_of(request.entity) is None:
            raise Invalid(entity=f"{self.process.name} has no entity {request.entity!r}.")
        id_, below = record_id(request.id), request.below
        if record := self.process.entities.get(request.entity):
            first = await self._stem(record, id_)
            all_ = list(branches(first, self.process.entities)) if below else [first]
        else:
            first, all_ = None, self._hanging(request.entity, id_) if below else []
        size = min(max(request.page_size, 0) or _PAGE, _MOST)
        return Asked(first, all_, _kinds(request.kinds), Place.read(request.page_token), size)

    async def _stem(self, record: type[Record], id_: UUID) -> Branch:
        permit = self.process.policy.permit(calling(), record)
        permit.require("view")
        await self.process.reader.one(permit, id_, ("id",))
        return stem(permit, id_)

    def _hanging(self, entity: str, id_: UUID) -> list[Branch]:
        permit = self.process.policy.permit(calling(), entity)
        permit.require("view")
        return list(hanging_on(permit, entity, id_, self.process.entities))

    async def _found(self, asked: Asked) -> Found:
        """One entry more of each source than the page holds, so that its end is known."""
        found: Found = {}
        for kind, query in self._queries(asked, asked.size + 1):
            rows = await self.process.database.rows(query)
            found[kind] = [(_at(kind, row), row) for row in rows]
        return found

    def _queries(self, asked: Asked, limit: int) -> Iterator[tuple[str, Any]]:
        if CHANGE in asked.kinds and asked.branches:
            yield CHANGE, sources.changes(asked.branches, asked.stem, asked.after, limit)
        noted = [each for each in asked.branches if self._takes_notes(each)]
        for kind, source in ((NOTE, sources.notes), (FILE, sources.files)):
            if kind in asked.kinds and noted:
                yield kind, source(noted, asked.after, limit)
        if LOG in asked.kinds and asked.stem:
            logs = sources.logs(asked.stem, self.process.entities, asked.after, limit)
            if logs is not None:
                yield LOG, logs

    def _takes_notes(self, branch: Branch) -> bool:
        return takes_notes(self.process.shapes[branch.record].message.DESCRIPTOR)


def _kinds(asked: Iterable[str]) -> frozenset[str]:
    if unknown := set(asked) - set(KINDS):
        told = f"{min(unknown)!r} is no kind; choose of: {', '.join(KINDS)}."
        raise Invalid(kinds=told)
    return frozenset(asked) or frozenset(KINDS)


def _at(kind: str, row: Any) -> Any:
    return row.at if kind == CHANGE else row.created_at


def _entries(asked: Asked, told: Iterable[tuple[str, Any]]) -> Iterator[pb.TimelineEntry]:
    """Each with where a page begins behind it: at the last entry of each source that is told by then."""
    place = asked.after
    for kind, row in told:
        place = replace(place, **{kind: row.seq if kind == CHANGE else row.id})
        entry = _entry(asked, kind, row)
        entry.place = place.token()
        yield entry


def _entry(asked: Asked, kind: str, row: Any) -> pb.TimelineEntry:
    told = pb.TimelineEntry(kind=kind, at=moment(_at(kind, row)), entity=row.entity)
    told.actor = row.actor if kind == CHANGE else row.created_by
    told.record_id = str(row.id if kind == LOG else row.record_id)
    if kind == CHANGE:
        told.change.CopyFrom(entry_of(asked.permits[row.entity], row._asdict()))
    elif kind == NOTE:
        told.note.CopyFrom(Reader(calling(), row.full).shown(row))
    elif kind == FILE:
        # How far access goes below full is asked with the file itself.
        told.file.CopyFrom(FileReader(calling(), row.full, row.full).shown(row))
    return told


def _names(asked: Asked, items: Sequence[pb.TimelineEntry]) -> Iterator[Wanted]:
    """Whom and what the entries name, and what the records are called to which they happened."""
    for each in items:
        if each.kind == CHANGE:
            yield names_in(asked.permits[each.entity], each.change)
        elif each.kind == NOTE:
            yield people_in([each.note])
        elif each.kind == FILE:
            yield people((each.file.created_by, each.file.changed_by))
        elif not each.actor.startswith("system:"):
            yield {PERSON: {UUID(each.actor)}}
        yield {each.entity: {UUID(each.record_id)}}
