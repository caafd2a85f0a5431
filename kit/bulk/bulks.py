"""The service `Bulks` of one process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

from crm.v1 import bulk_pb2 as pb
from crm.v1.bulk_pb2_grpc import BulksServicer
from sqlalchemy import bindparam, func, insert, select, update

from kit.actor import calling
from kit.bulk.actions import Action, action_of
from kit.bulk.choosing import choose, the_same, what_changed
from kit.bulk.jobs import Job
from kit.bulk.report import job_row, reported, rows_page, way_back
from kit.bulk.runner import Runner, action_for
from kit.bulk.tables import bulk_job
from kit.database.transaction import Transaction
from kit.errors import Busy, Denied, Invalid, Problem, Refused
from kit.ids import record_id, uuid7
from kit.jobs.leases import LEASE
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.records.write.work import Work
from kit.rpc import call as rpc
from kit.rpc.server import Replayed

Chosen = Callable[[Transaction, UUID], Awaitable[int]]
"""Writes down the rows of a job and answers how many there are."""

_AT_ONCE = 5
"""Bulks that one person may have under way in a service."""
_COME_BACK_SECONDS = 5
_WAIT = "This bulk is running; wait until it is done."
_NO_WAY_BACK = "There is no way back from this; do the opposite to the records that it changed."
_UNDERWAY = select(func.count()).where(
    bulk_job.c.ended_at.is_(None),
    bulk_job.c.person_id == bindparam("person_id"),
    bulk_job.c.hand_over_id.is_(None),
)


class Bulks(BulksServicer):
    """What is done to many records of this process."""

    def __init__(self, process: Process, records: Sequence[Records[Any, Any]]) -> None:
        self.process = process
        self.records = {each.record.entity: each for each in records}
        self.runner = Runner(process, self.records)

    async def run(self) -> None:
        """Works on what was begun, as long as the process lives."""
        await self.runner.run()

    async def Start(self, request: pb.BulkRequest, context: Any) -> pb.Bulk:
        records = self._records(request.entity)
        permit, action = records.permit("view"), action_of(records, request)
        rows = partial(choose, permit=permit, request=request, binned=action.binned)
        return await self.begin(request, request, rows, dry_run=request.dry_run)

    async def Get(self, request: pb.BulkId, context: Any) -> pb.Bulk:
        return await self._report(record_id(request.id))

    async def Rows(self, request: pb.BulkRowsRequest, context: Any) -> pb.BulkRows:
        async with self._seen(record_id(request.id)) as (transaction, row):
            return await rows_page(transaction, row.id, request)

    async def Run(self, request: pb.BulkId, context: Any) -> pb.Bulk:
        async with self._seen(record_id(request.id)) as (_, tried):
            asked, _ = self._done(tried)
        if not tried.dry_run:
            raise Refused("This was no trial; start a new bulk.")
        return await self.begin(request, asked, partial(the_same, of=tried.id))

    async def Undo(self, request: pb.BulkId, context: Any) -> pb.Bulk:
        async with self._seen(record_id(request.id)) as (transaction, done):
            asked, action = self._done(done)
            back = await way_back(transaction, done.id)
        if done.dry_run or not action.undoable:
            raise Refused(_NO_WAY_BACK)
        if back:
            raise Refused(f"This was taken back already, by bulk {self.process.name}.{back}.")
        return await self.begin(request, asked, partial(what_changed, of=done.id), undo_of=done.id)

    def _records(self, entity: str) -> Records[Any, Any]:
        if calling().person_id is None:
            raise Denied("Only people change many records at once.")
        found = self.records.get(entity)
        if found is None:
            raise Invalid(entity=f"{self.process.name} has no entity {entity!r}.")
        return found

    def _done(self, row: Any) -> tuple[pb.BulkRequest, Action]:
        """What a bulk that has ended was asked, if its owner may do so still."""
        if row.ended_at is None:
            raise Refused(_WAIT)
        if row.undo_of:
            raise Refused(_NO_WAY_BACK)
        asked = pb.BulkRequest.FromString(row.asked)
        return asked, action_of(self._records(row.entity), asked)

    async def begin(
        self,
        request: Any,
        asked: pb.BulkRequest,
        rows: Chosen,
        *,
        dry_run: bool = False,
        undo_of: UUID | None = None,
    ) -> pb.Bulk:
        """A new job, of which the first rows are done; the same call made again answers the same job."""
        runner = Runner(self.process, self.records)
        values = self._values(asked) | {"dry_run": dry_run, "undo_of": undo_of}
        values |= {"leased_by": runner.jobs.worker, "leased_until": LEASE}
        try:
            async with self.process.work(calling(), rpc.current(), request) as work:
                row = await self._written(work, values, rows)
                work.answer(pb.Bulk(id=str(row.id)))
        except Replayed as before:
            if not before.reply:
                raise
            return await self._report(record_id(pb.Bulk.FromString(before.reply).id))
        await self._do_first(runner, Job.of(row))
        return await self._report(row.id)

    def _values(self, asked: pb.BulkRequest) -> dict[str, Any]:
        """The row of a new job; its ids are rows of their own."""
        kept = pb.BulkRequest()
        kept.CopyFrom(asked)
        kept.ClearField("ids")
        kept.ClearField("dry_run")
        return {
            "id": uuid7(),
            "entity": asked.entity,
            "person_id": calling().person_id,
            # A process that starts afresh goes on only when it knows the policy of now.
            "min_epoch": max(calling().min_epoch, self.process.policy.epoch),
            "asked": kept.SerializeToString(),
            "state": "running",
        }

    async def _written(self, work: Work, values: dict[str, Any], rows: Chosen) -> Any:
        if await work.value(_UNDERWAY, person_id=values["person_id"]) >= _AT_ONCE:
            told = "You have several bulks under way; wait until one of them is done."
            raise Busy(told, retry_after=_COME_BACK_SECONDS)
        await work.run(insert(bulk_job).values(**values))
        number = await rows(work.transaction, values["id"])
        counted = update(bulk_job).where(bulk_job.c.id == values["id"]).values(rows=number)
        [row] = await work.run(counted.returning(bulk_job))
        return row

    async def _do_first(self, runner: Runner, job: Job) -> None:
        """The first batch within the call, by which other services may be asked; the rest is everybody's."""
        try:
            await runner.attempt(job.of_caller(calling()))
        finally:
            await runner.jobs.release()
            self.runner.poke()

    async def _report(self, job_id: UUID) -> pb.Bulk:
        async with self._seen(job_id) as (transaction, row):
            return await reported(transaction, row, self._action(row))

    def _action(self, row: Any) -> Action | None:
        """What a bulk does, None where its owner may not do so any more."""
        try:
            return action_for(self._records(row.entity), Job.of(row))
        except Problem:
            return None

    @asynccontextmanager
    async def _seen(self, job_id: UUID) -> AsyncIterator[tuple[Transaction, Any]]:
        async with self.process.database.transaction() as transaction:
            yield transaction, await job_row(transaction, calling(), job_id)
