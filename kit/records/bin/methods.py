"""What is in the bin, and the way back, over gRPC: a part of the service `Records`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from crm.v1 import records_pb2 as pb
from crm.v1 import standard_pb2
from crm.v1.records_pb2_grpc import RecordsServicer
from sqlalchemy import Select, select, tuple_

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.actor import calling
from kit.describe import title_of
from kit.entity import Instant, Level, Record
from kit.errors import Conflict, Invalid, NotFound, Refused
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc

_PAGE, _MOST = 50, 200
_NO_PAGE = "This is no page of the bin; start again from the first page."
_CHANGED = "Somebody changed this record after you opened the bin; look at it again."


class BinMethods(RecordsServicer):
    """Lists and restores deleted records of one process."""

    def __init__(self, process: Process, servicers: Iterable[Any] = ()) -> None:
        self.process = process
        self._taking_back = {each.record: each.take_back for each in servicers}

    def _permit(self, name: str, action: str = "view") -> Permit:
        """What the caller may do with an entity of this process, the action among it."""
        record = self.process.entities.get(name)
        if record is None:
            raise Invalid(entity=f"{self.process.name} has no entity {name!r}.")
        permit = self.process.policy.permit(calling(), record)
        permit.require(action)
        return permit

    async def Bin(self, request: pb.BinRequest, context: Any) -> pb.BinPage:
        permit = self._of_a_bin(request.entity)
        size = min(max(request.page_size, 0) or _PAGE, _MOST)
        rows = await self.process.reader.rows(_deleted(permit, request.page_token, size + 1))
        token = _token(rows[size - 1]) if len(rows) > size else ""
        settings: Any = self.process.settings
        kept = timedelta(days=settings.bin_days)
        items = [_entry(row, kept) for row in rows[:size]]
        return pb.BinPage(items=items, page=standard_pb2.Page(next_page_token=token))

    async def Restore(self, request: pb.RestoreRequest, context: Any) -> pb.Restored:
        record = self._of_a_bin(request.entity).record
        async with self.process.work(calling(), rpc.current(), request) as work:
            found = await _binned(work, record, request.id)
            if request.HasField("version") and request.version != found.version:
                now = msgspec.json.encode({"id": request.id, "version": found.version})
                raise Conflict(_CHANGED, current=now)
            await self._taking_back[record](work, found)
            await work.flush()
            return work.answer(pb.Restored(id=request.id, version=found.version))  # type: ignore[no-any-return]  # what a verb answers is its message

    def _of_a_bin(self, name: str) -> Permit:
        permit = self._permit(name, "delete")
        if permit.record.no_bin:
            raise Refused(permit.record.no_bin)
        return permit


def _deleted(permit: Permit, token: str, limit: int) -> Select[Any]:
    """What was deleted of an entity and the caller could have deleted, latest first."""
    record = permit.record
    table, reach = record.__table__.c, permit.reach(Level.FULL)
    title = [title_of(record).label("title")] if permit.sees(record.title) else []
    columns = (table.id, table.version, table.binned_at, table.binned_by, *title)
    binned = reachable(record, reach, Level.FULL, binned=True)
    rows = select(*columns).where(binned, table.merged_into.is_(None), table.gone_as.is_(None))
    if token:
        rows = rows.where(tuple_(table.binned_at, table.id) < tuple_(*_place(token)))
    return rows.order_by(table.binned_at.desc(), table.id.desc()).limit(limit)


async def _binned(work: Work, record: type[Record], id: str) -> Record:
    """The deleted record; one that stands where it always stood needs no restoring."""
    try:
        return await work.get(record, id, Level.FULL, binned=True)
    except NotFound:
        if await work.find(record, id) is None:
            raise
    raise Refused("This record is not in the bin.")


def _entry(row: Any, kept: timedelta) -> pb.BinEntry:
    show = Instant().show
    entry = pb.BinEntry(
        id=str(row["id"]),
        version=row["version"],
        deleted_at=show(row["binned_at"]),
        deleted_by=row["binned_by"] or "",
        erased_from=show(row["binned_at"] + kept),
    )
    if "title" in row.keys():  # noqa: SIM118 - a row of the driver looks among its values otherwise
        entry.title = str(row["title"] or "")
    return entry


def _token(row: Any) -> str:
    return f"{row['binned_at'].isoformat()}_{row['id']}"


def _place(token: str) -> tuple[datetime, UUID]:
    at, _, last = token.partition("_")
    try:
        place = datetime.fromisoformat(at), UUID(last)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong
    if place[0].tzinfo is None:
        raise Invalid(page_token=_NO_PAGE)
    return place
