"""Giving the bytes of a file out, after a line in its log: who opened it, when, and which version."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crm.v1 import files_pb2 as pb
from sqlalchemy import exists, func, insert, literal, select

from kit.actor import calling
from kit.beside.files.store import Store
from kit.beside.files.tables import file_opening
from kit.errors import Invalid
from kit.ids import uuid7
from kit.records.process import Process
from kit.telemetry import metrics

DOWNLOADED, LOOKED_AT = "downloaded", "looked_at"
_MESSAGE = 256 * 1024
# A page that shows a long document asks for it part by part.
_ONE_OPENING = timedelta(minutes=10)
_NO_SUCH_BYTES = "The file has {:,} bytes; ask for some of them."


@dataclass(frozen=True, slots=True)
class Slice:
    """Which bytes of a file are wanted."""

    first: int
    length: int

    @classmethod
    def of(cls, request: pb.FileDownload, size: int) -> "Slice":
        """As much of it as there is; Invalid where there is nothing of it."""
        first = max(size + request.first, 0) if request.first < 0 else request.first
        if first >= size:
            raise Invalid(first=_NO_SUCH_BYTES.format(size))
        left = size - first
        return cls(first, min(request.length or left, left))


async def opened(process: Process, row: Any, how: str) -> None:
    """Writes down that somebody opens a file, unless that was written a moment ago."""
    line = file_opening.c
    said = {"file_id": row.id, "number": row.number, "actor": calling().name, "how": how}
    same = [line[name] == value for name, value in said.items()]
    again = exists().where(*same, line.at > func.now() - _ONE_OPENING)
    values = {"id": uuid7(), **said}
    new = select(*(literal(value, line[name].type) for name, value in values.items()))
    written = insert(file_opening).from_select(list(values), new.where(~again))
    async with process.database.transaction() as transaction:
        await transaction.count(written)


async def give(store: Store, row: Any, file: pb.File, wanted: Slice, context: Any) -> None:
    """Sends what a file is and then its bytes, as fast as whoever asked takes them."""
    slice_ = pb.FileSlice(file=file, first=wanted.first, length=wanted.length)
    await context.write(pb.FilePart(file=slice_))
    async for part in store.read(row.content_id, wanted.first, wanted.length):
        for start in range(0, len(part), _MESSAGE):
            await context.write(pb.FilePart(data=part[start : start + _MESSAGE]))
    metrics.FILE_BYTES_MOVED.labels(row.entity, "out").inc(wanted.length)
