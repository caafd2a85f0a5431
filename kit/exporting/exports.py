"""The service `Exports` of one process."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.v1 import exports_pb2 as pb
from crm.v1.exports_pb2_grpc import ExportsServicer

from kit.access.permit import Permit
from kit.actor import Actor, calling
from kit.errors import Busy, Invalid, Problem
from kit.exporting import log
from kit.exporting.asked import columns_of, fields_asked
from kit.exporting.columns import Columns
from kit.exporting.files.csv_file import CsvFile
from kit.exporting.files.form import Form
from kit.exporting.files.json_lines import JsonLines
from kit.exporting.files.workbook import WorkbookFile
from kit.exporting.walk import Walk
from kit.records.process import Process
from kit.records.read.listing import Question
from kit.telemetry import metrics
from kit.telemetry.logs import log as line

AT_ONCE = 2
"""Files that a process gives out at a time: of the connections for transactions, the others stay free."""
_COME_BACK_SECONDS = 5


@dataclass
class Exports(ExportsServicer):
    """Files given out by this process, of its own entities."""

    process: Process
    takers: list[str] = field(default_factory=list)
    """Who takes a file at this moment."""

    async def Export(self, request: pb.ExportRequest, context: Any) -> None:  # type: ignore[override]  # it writes to its caller, who may go away, and is no generator
        """Writes down who takes what, gives it out piece by piece, and writes down how it ended."""
        actor, permit = calling(), self._permit(request)
        fields = fields_asked(permit, self.process.shapes[permit.record], request.fields)
        question = Question.of_all(request, fields.read)
        walk = Walk(self.process, actor, permit, question)
        with self._turn(actor):
            export_id = await log.begun(self.process, actor, request)
            giving = _Giving(self.process, export_id, walk, request, context)
            await giving.through(fields)

    async def Log(self, request: pb.ExportLogRequest, context: Any) -> pb.ExportLog:
        self._known(request.entity).require("view")
        return await log.log_page(self.process, calling(), request)

    def _permit(self, request: pb.ExportRequest) -> Permit:
        permit = self._known(request.entity)
        permit.require("view")
        permit.require("export")
        return permit

    def _known(self, entity: str) -> Permit:
        record = self.process.entities.get(entity)
        if record is None or "List" not in self.process.shapes[record].methods:
            raise Invalid(entity=f"{self.process.name} has no list of {entity!r}.")
        return self.process.policy.permit(calling(), record)

    @contextmanager
    def _turn(self, actor: Actor) -> Iterator[None]:
        """One file for a person and few for all at a time, so that those who only call are not kept waiting."""
        if actor.name in self.takers:
            told = "You are taking a file already; wait for its end, or break it off."
            raise Busy(told, retry_after=_COME_BACK_SECONDS)
        if len(self.takers) >= AT_ONCE:
            told = "Others are taking files at the moment; try again in a few seconds."
            raise Busy(told, retry_after=_COME_BACK_SECONDS)
        self.takers.append(actor.name)
        try:
            yield
        finally:
            self.takers.remove(actor.name)


@dataclass
class _Giving:
    """One file on its way to whoever asked for it."""

    process: Process
    id: UUID
    walk: Walk
    request: pb.ExportRequest
    context: Any
    given: int = 0
    paths: Sequence[str] = ()

    async def through(self, fields: Any) -> None:
        """Gives the file out; whatever ends it, the audit says so."""
        state, error = "done", ""
        try:
            await self._give(fields)
        except asyncio.CancelledError:
            state = "cancelled"
            raise
        except Exception as wrong:
            state = "failed"
            error = wrong.message if isinstance(wrong, Problem) else "A fault of ours; see the log."
            raise
        finally:
            metrics.EXPORTS.labels(self.request.entity, self._format, state).inc()
            metrics.EXPORTED_ROWS.labels(self.request.entity, self._format).inc(self.given)
            await asyncio.shield(self._settle(state, error))

    @property
    def _format(self) -> str:
        return self.request.format or "csv"

    async def _settle(self, state: str, error: str) -> None:
        """A database that is away leaves the line as it began; it reads `lost` after a while."""
        try:
            fields = self.paths or self.request.fields
            await log.settled(self.process, self.id, state, self.given, fields, error)
        except Exception as wrong:  # noqa: BLE001 - how the export ended is what the caller is told
            line.error("export.not_settled", export=str(self.id), error=repr(wrong))

    async def _give(self, fields: Any) -> None:
        async with AsyncExitStack() as stack:
            snapshot = await stack.enter_async_context(self.process.database.snapshot())
            columns = await columns_of(self.process, self.walk, snapshot, fields, self.request)
            self.paths = [each.path for each in columns]
            form = _form(self.request, columns)
            try:
                await self._fill(form, stack, snapshot)
            except Problem as problem:
                if self.given:
                    with suppress(Exception):
                        await self._send(form.broken(problem))
                raise
            # What is left stands in a file of ours, and no moment of the database has to be kept for it.
            await snapshot.close()
            async for piece in form.end():
                await self._send(piece)

    async def _fill(self, form: Form, stack: AsyncExitStack, snapshot: Any) -> None:
        """The beginning goes out with the first rows, so that what fails at once is told as it is."""
        waiting = await form.begin(stack)
        async for rows in self.walk.batches(snapshot):
            entries = form.columns.entries(rows, self.walk.names)
            await self._send(waiting + await form.add(entries))
            waiting, self.given = b"", self.given + len(rows)
        await self._send(waiting)

    async def _send(self, piece: bytes) -> None:
        """Waits for whoever takes it; who takes nothing for too long loses the database's patience."""
        if piece:
            await self.context.write(pb.ExportPiece(data=piece))


def _form(request: pb.ExportRequest, columns: Columns) -> Form:
    headings = [each.label if request.headings == "labels" else each.path for each in columns]
    match request.format:
        case "xlsx":
            return WorkbookFile(columns, headings)
        case "jsonl":
            return JsonLines(columns, headings)
    return CsvFile(columns, headings, mark=request.mark)
