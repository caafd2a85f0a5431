"""The service `Files` over all entities of one process that take files."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from crm.v1 import files_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.files_pb2_grpc import FilesServicer
from sqlalchemy import Select

from kit.access.permit import Permit
from kit.actor import calling
from kit.beside.files import reading, writing
from kit.beside.files.kinds import BEGINNING, content_of, name_of
from kit.beside.files.opening import DOWNLOADED, LOOKED_AT, Slice, give, opened
from kit.beside.files.reading import Reader
from kit.beside.files.receiving import Received, head_of, received
from kit.beside.files.store import Store, store_of
from kit.beside.files.tables import file
from kit.beside.files.taking import takes_files
from kit.entity import Governs, Record
from kit.errors import Busy, Conflict, Denied, Invalid, NotFound
from kit.ids import record_id
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc
from kit.rpc.server import Replayed
from kit.telemetry import metrics
from kit.wire.plain import plain

AT_ONCE, OF_ONE = 12, 4
"""Files that a process takes in at a time, of all and of one person; each holds a piece in memory."""
_PAGE, _MOST = 20, 100
_CHANGED = "Somebody changed this file after you opened it; look at it again."
_NOT_YOURS = (
    "Only whoever put a file there, or may change the record, renames it or brings another version."
)
_NOT_FULL = "Only whoever put a file there, or has full access to the record, takes it away."
_NO_SPACE = "Your profile does not let you see how much room files take."
_KEYS = ("wkeys", "full_keys", "inherited")


class Files(FilesServicer):
    """Keeps what hangs on the records of one process as files."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._coming: list[str] = []

    async def List(self, request: pb.FilesRequest, context: Any) -> pb.FilePage:
        reader, size = await self._reader(request), _size(request)
        rows = await self._rows(reading.asked_for(request).limit(size + 1))
        token = str(rows[size - 1].id) if len(rows) > size else ""
        items = [reader.shown(row) for row in rows[:size]]
        names = (name for each in items for name in (each.created_by, each.changed_by))
        return pb.FilePage(items=items, page=await self._page(request, token, names))

    async def Get(self, request: pb.FileRequest, context: Any) -> pb.File:
        reader = await self._reader(request)
        return reader.shown(await self._one(reading.one_of(request)))

    async def Upload(self, request: AsyncIterator[pb.FilePiece], context: Any) -> pb.File:
        said = await head_of(request)
        permit, name = self._permit(said.entity), await self._named(said)
        most = self._settings.file_bytes

        def look(beginning: bytes) -> Any:
            return content_of(name, beginning)

        with self._turn():
            async with received(request, self._store, self.process.database, most, look) as got:
                if said.digest and said.digest.lower() != got.digest:
                    raise Invalid(digest="The bytes that came are others; send the file again.")
                said.digest = got.digest
                reply = await self._kept(permit, said, name, got)
        metrics.FILE_BYTES_MOVED.labels(said.entity, "in").inc(got.size)
        return reply

    async def Download(self, request: pb.FileDownload, context: Any) -> None:  # type: ignore[override]  # it writes to its caller, who may go away, and is no generator
        reader = await self._reader(request)
        row = await self._one(reading.one_of(request, request.number))
        wanted = Slice.of(request, row.size)
        await opened(self.process, row, LOOKED_AT if request.preview else DOWNLOADED)
        await give(self._store, row, reader.shown(row), wanted, context)

    async def Update(self, request: pb.FileChange, context: Any) -> pb.File:
        permit, name = self._permit(request.entity), name_of(request.name)
        await self._reader(request)
        await self._require_fit(await self._one(reading.one_of(request)), name)
        async with self._work(permit, request) as work:
            record, row, reader = await self._held(work, permit, request)
            if not reader.may_change(row):
                raise Denied(_NOT_YOURS)
            row = await writing.rename(work, record, row, name)
            return work.answer(reader.shown(row))  # type: ignore[no-any-return]  # what is answered is the message

    async def Delete(self, request: pb.FileRequest, context: Any) -> standard_pb2.Deleted:
        permit = self._permit(request.entity)
        async with self._work(permit, request) as work:
            record, row, reader = await self._held(work, permit, request)
            if not reader.may_delete(row):
                raise Denied(_NOT_FULL)
            await writing.take_away(work, record, row)
            return standard_pb2.Deleted(json=b"{}")

    async def ListVersions(
        self, request: pb.FileVersionsRequest, context: Any
    ) -> pb.FileVersionPage:
        await self._reader(request)
        await self._one(reading.one_of(request))
        size = _size(request)
        rows = await self._rows(reading.versions(request).limit(size + 1))
        token = str(rows[size - 1].number) if len(rows) > size else ""
        items = [reading.shown_version(row) for row in rows[:size]]
        page = await self._page(request, token, (each.actor for each in items))
        return pb.FileVersionPage(items=items, page=page)

    async def ListOpenings(
        self, request: pb.FileOpeningsRequest, context: Any
    ) -> pb.FileOpeningPage:
        await self._reader(request)
        await self._one(reading.one_of(request))
        size = _size(request)
        rows = await self._rows(reading.openings(request).limit(size + 1))
        token = str(rows[size - 1].id) if len(rows) > size else ""
        items = [reading.shown_opening(row) for row in rows[:size]]
        page = await self._page(request, token, (each.actor for each in items))
        return pb.FileOpeningPage(items=items, page=page)

    async def Space(self, request: pb.SpaceRequest, context: Any) -> pb.SpaceTaken:
        if "edit" not in self.process.policy.permit(calling(), Governs.CONFIGURATION).rights:
            raise Denied(_NO_SPACE)
        rows = await self._rows(reading.space())
        items = (
            pb.SpaceOfEntity(entity=row.entity, files=row.files, bytes=str(row.bytes))
            for row in rows
        )
        return pb.SpaceTaken(items=items)

    # Who is asking, and of what.

    def _permit(self, name: str) -> Permit:
        """What the caller may do with an entity of this process that takes files."""
        record = self.process.entities.get(name)
        if record is None or not takes_files(self.process.shapes[record].message.DESCRIPTOR):
            raise Invalid(entity=f"{self.process.name} has no entity {name!r} that takes files.")
        permit = self.process.policy.permit(calling(), record)
        permit.require("view")
        return permit

    async def _reader(self, request: Any) -> Reader:
        """The caller, who may see the record."""
        permit = self._permit(request.entity)
        row = await self.process.reader.one(permit, record_id(request.id), _KEYS)
        return Reader.of(permit, row["wkeys"], row["full_keys"], row["inherited"])

    async def _named(self, said: pb.NewFile) -> str:
        """What the file will be called; whoever may not put it there is told before its bytes come."""
        reader = await self._reader(said)
        if not said.file_id:
            return name_of(said.name)
        row = await self._one(reading.one_of(said))
        if not reader.may_change(row):
            raise Denied(_NOT_YOURS)
        return name_of(said.name or row.name)

    @asynccontextmanager
    async def _work(self, permit: Permit, request: Any) -> AsyncIterator[Work]:
        """One transaction; what was answered before is answered to whoever still sees the record."""
        try:
            async with self.process.work(calling(), rpc.current(), request) as work:
                yield work
        except Replayed:
            await self.process.reader.one(permit, record_id(request.id), ("id",))
            raise

    async def _kept(self, permit: Permit, said: pb.NewFile, name: str, got: Received) -> pb.File:
        """The file on its record, once it has come whole; the same bytes under one key come once."""
        async with self._work(permit, said) as work:
            if said.file_id:
                record, row, reader = await self._held(work, permit, said)
                if not reader.may_change(row):
                    raise Denied(_NOT_YOURS)
                row = await writing.replace(work, record, row, name, got)
            else:
                record = await work.get(permit.record, said.id)
                row, reader = await writing.put(work, record, name, got), _of(permit, record)
            return work.answer(reader.shown(row))  # type: ignore[no-any-return]  # what is answered is the message

    async def _held(self, work: Work, permit: Permit, request: Any) -> tuple[Record, Any, Reader]:
        """The file that is to change, as it was seen; of two who change it, one sees the other."""
        record = await work.get(permit.record, request.id)
        rows = await work.run(reading.one_of(request).with_for_update(of=file))
        if not rows:
            raise NotFound
        reader = _of(permit, record)
        if request.HasField("version") and request.version != rows[0].version:
            current = msgspec.json.encode(plain(reader.shown(rows[0])))
            raise Conflict(_CHANGED, current=current)
        return record, rows[0], reader

    async def _require_fit(self, row: Any, name: str) -> None:
        """A name says what the content is, whenever it is given."""
        async for beginning in self._store.read(row.content_id, 0, min(row.size, BEGINNING)):
            content_of(name, beginning)

    # What it stands on.

    @property
    def _settings(self) -> Any:
        return self.process.settings

    @property
    def _store(self) -> Store:
        return store_of(self._settings, self.process.name)

    async def _rows(self, query: Select[Any]) -> list[Any]:
        return await self.process.database.rows(query)

    async def _one(self, query: Select[Any]) -> Any:
        row = next(iter(await self._rows(query)), None)
        if row is None:
            raise NotFound
        return row

    async def _page(self, request: Any, token: str, names: Iterable[str]) -> standard_pb2.Page:
        """Where a page ends, and what the people on it are called where that is asked for."""
        page = standard_pb2.Page(next_page_token=token)
        if request.titles:
            named = self.process.reader.titles.named
            titles = await named(self.process.name, calling(), reading.people(names))
            page.titles.extend(each.message() for each in titles)
        return page

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Few at a time, so that nobody who sends slowly keeps all others waiting."""
        name = calling().name
        if self._coming.count(name) >= OF_ONE:
            raise Busy(
                f"You are sending {OF_ONE} files already; wait for one of them.", retry_after=5
            )
        if len(self._coming) >= AT_ONCE:
            told = "Others are sending files at the moment; try again in a few seconds."
            raise Busy(told, retry_after=5)
        self._coming.append(name)
        try:
            yield
        finally:
            self._coming.remove(name)


def _of(permit: Permit, record: Record) -> Reader:
    return Reader.of(permit, record.wkeys, record.full_keys, record.inherited)


def _size(request: Any) -> int:
    return min(max(request.page_size, 0) or _PAGE, _MOST)
