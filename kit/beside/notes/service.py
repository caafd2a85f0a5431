"""The service `Notes` over all entities of one process that take notes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from crm.v1 import notes_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.notes_pb2_grpc import NotesServicer
from sqlalchemy import Select

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.notes import reading, writing
from kit.beside.notes.text import body_of
from kit.beside.taking import takes_notes
from kit.entity import Level, Record
from kit.entity.record import words_of
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import record_id
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc
from kit.rpc.server import Replayed
from kit.wire.plain import plain

_PAGE, _MOST = 20, 50
_CHANGED = "Somebody changed this note after you opened it; look at it again."
_NOT_YOURS = "Only whoever wrote a note changes what it says and who may read it."
_NOT_FULL = "Only whoever wrote a note, or has full access to the record, pins it or takes it away."


class Notes(NotesServicer):
    """Reads and writes what hangs on the records of one process as notes."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def List(self, request: pb.NotesRequest, context: Any) -> pb.NotePage:
        reader, size = await self._reader(request), _size(request)
        query = reading.asked_for(request).limit(size + 1)
        rows = await self._rows(query, words=words_of(request.search))
        page = standard_pb2.Page()
        if len(rows) > size:
            page.next_page_token = reading.token_after(rows[size - 1])
        items = [reader.shown(row) for row in rows[:size]]
        if request.titles:
            named = self.process.reader.titles.named
            titles = await named(self.process.name, calling(), reading.people_in(items))
            page.titles.extend(each.message() for each in titles)
        return pb.NotePage(items=items, page=page)

    async def Versions(self, request: pb.NoteVersionsRequest, context: Any) -> pb.NoteVersionPage:
        await self._reader(request)
        now = next(iter(await self._rows(reading.one_of(request))), None)
        if now is None:
            raise NotFound
        size = _size(request)
        rows = await self._rows(reading.said_before(request).limit(size + 1))
        items = [_version(now, row.version, row.body, row.at) for row in rows[:size]]
        if not request.page_token:
            at = now.edited_at or now.created_at
            items.insert(0, _version(now, now.said_since, now.body, at))
        token = str(rows[size - 1].version) if len(rows) > size else ""
        return pb.NoteVersionPage(items=items, page=standard_pb2.Page(next_page_token=token))

    async def Create(self, request: pb.NewNote, context: Any) -> pb.Note:
        permit, body = self._permit(request.entity), body_of(request.body)
        async with self._work(permit, request) as work:
            record = await work.get(permit.record, request.id)
            row = await writing.write(work, record, request, body)
            return self._answered(work, record, row)

    async def Update(self, request: pb.NoteChange, context: Any) -> pb.Note:
        values = _said(request)
        permit = self._permit(request.entity)
        async with self._work(permit) as work:
            record, row, reader = await self._held(work, permit, request)
            if not reader.wrote(row) and values.keys() - {"pinned"}:
                raise Denied(_NOT_YOURS)
            if not reader.may_delete(row):
                raise Denied(_NOT_FULL)
            return self._answered(work, record, await writing.change(work, record, row, values))

    async def Delete(self, request: pb.NoteRequest, context: Any) -> standard_pb2.Deleted:
        permit = self._permit(request.entity)
        async with self._work(permit) as work:
            record, row, reader = await self._held(work, permit, request)
            if not reader.may_delete(row):
                raise Denied(_NOT_FULL)
            await writing.take_away(work, record, row)
            return standard_pb2.Deleted(json=b"{}")

    def _permit(self, name: str) -> Permit:
        """What the caller may do with an entity of this process that takes notes."""
        record = self.process.entities.get(name)
        if record is None or not takes_notes(self.process.shapes[record].message.DESCRIPTOR):
            raise Invalid(entity=f"{self.process.name} has no entity {name!r} that takes notes.")
        permit = self.process.policy.permit(calling(), record)
        permit.require("view")
        return permit

    async def _reader(self, request: Any) -> reading.Reader:
        """The caller, who may see the record."""
        permit = self._permit(request.entity)
        names = ("full_keys", "inherited")
        row = await self.process.reader.one(permit, record_id(request.id), names)
        return _reader(permit, row["full_keys"], row["inherited"])

    @asynccontextmanager
    async def _work(self, permit: Permit, request: Any = None) -> AsyncIterator[Work]:
        """One transaction; what was answered before is answered to whoever still sees the record."""
        try:
            async with self.process.work(calling(), rpc.current(), request) as work:
                yield work
        except Replayed:
            await self.process.reader.one(permit, record_id(request.id), ("id",))
            raise

    async def _held(
        self, work: Work, permit: Permit, request: Any
    ) -> tuple[Record, Any, reading.Reader]:
        """The note that is to change, as it was seen; of two who change it, one sees the other."""
        record = await work.get(permit.record, request.id)
        rows = await work.run(reading.one_of(request).with_for_update())
        if not rows:
            raise NotFound
        reader = _reader(permit, record.full_keys, record.inherited)
        if request.HasField("version") and request.version != rows[0].version:
            current = msgspec.json.encode(plain(reader.shown(rows[0])))
            raise Conflict(_CHANGED, current=current)
        return record, rows[0], reader

    def _answered(self, work: Work, record: Record, row: Any) -> pb.Note:
        """The note, and who of those that it mentions may not see the record."""
        unseen = writing.unseen_by(self.process.policy, record, row.mentions)
        reader = _reader(work.permit(type(record)), record.full_keys, record.inherited)
        answer: pb.Note = work.answer(reader.shown(row, unseen))
        return answer

    async def _rows(self, query: Select[Any], **given: Any) -> list[Any]:
        return await self.process.database.rows(query, **given)


def _reader(permit: Permit, full_keys: Any, inherited: Any) -> reading.Reader:
    full = permit.reach(Level.FULL).meets(full_keys, inherited)
    return reading.Reader(calling(), full)


def _size(request: Any) -> int:
    return min(max(request.page_size, 0) or _PAGE, _MOST)


def _said(request: pb.NoteChange) -> dict[str, Any]:
    """What a note is to say from now on, as far as something is said."""
    values: dict[str, Any] = {}
    if request.HasField("body"):
        values["body"] = body_of(request.body)
    if request.HasField("visibility") and request.visibility:
        values["visibility"] = request.visibility
    if request.HasField("pinned"):
        values["pinned"] = request.pinned
    return values


def _version(now: Any, version: int, body: str, at: Any) -> pb.NoteVersion:
    """What a note said for a while; nobody but whoever wrote it changes its text."""
    return pb.NoteVersion(version=version, body=body, at=reading.moment(at), actor=now.created_by)
