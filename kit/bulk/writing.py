"""Rows become changes, many in one transaction; one that is refused takes no other with it.

At first all are done without looking left or right. Where that fails, each is done within a savepoint of
its own and judged before anything is written; and where the database itself has something against them,
in halves. What became of a row is written in the transaction that made it so.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from kit.bulk.actions import Action
from kit.bulk.jobs import Job, Jobs
from kit.bulk.rows import UNCHANGED, Row
from kit.entity import Level, Record
from kit.entity.tracking import former, is_touched
from kit.errors import Denied, NotFound, Problem
from kit.jobs.faults import problem_of
from kit.jobs.halves import STOPS, in_halves
from kit.records.methods.standard import Records
from kit.records.write.changes import to_the_bin_or_back
from kit.records.write.rows import NOT_FAR_ENOUGH
from kit.records.write.validation import check_ready
from kit.records.write.work import Work
from kit.rpc.call import Call
from kit.telemetry import metrics

_BREATH = 10
# Held in one order, so that two who change the same records do not wait for each other.
_HOLD = 'select from "{table}" where id = any($1::uuid[]) order by id for no key update'


class _Rehearsed(Exception):  # noqa: N818 - it says what happened
    """A trial has gone well and is taken back."""


class RowWriter:
    """Does what a bulk says to its records."""

    def __init__(self, records: Records[Any, Any], jobs: Jobs, job: Job, action: Action) -> None:
        self._process = records.process
        self._record: type[Record] = records.record
        self._jobs, self._job, self._action = jobs, job, action

    async def write(self, rows: Sequence[Row]) -> None:
        """Does it to all of them, and writes down what became of each."""
        try:
            await self._together(rows, careful=False)
        except STOPS:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it is met again where one row can be blamed
            await in_halves(rows, partial(self._together, careful=True), self._refuse)

    async def _refuse(self, row: Row, fault: Exception) -> None:
        row.refuse(problem_of(fault, self._job, "bulk", metrics.BULK_FAULTS))
        await self._settle([row])

    async def _together(self, rows: Sequence[Row], *, careful: bool) -> None:
        if self._job.dry_run:
            await self._rehearse(rows, careful=careful)
            return
        async with self._work() as work:
            await self._write(work, rows, careful=careful)
            await self._jobs.settle(work.transaction, self._job, rows)

    async def _rehearse(self, rows: Sequence[Row], *, careful: bool) -> None:
        """Does all of it and takes it back; only what would have become of the rows stays."""
        with contextlib.suppress(_Rehearsed):
            async with self._work() as work:
                await self._write(work, rows, careful=careful)
                raise _Rehearsed
        for row in rows:
            row.since = row.kept = None
        await self._settle(rows)

    def _work(self) -> Any:
        """Rules that go by the method at work go by the one that does the same to one record."""
        return self._process.work(self._job.actor, Call(method=f"Bulks/{self._action.method}"))

    async def _settle(self, rows: Sequence[Row]) -> None:
        async with self._process.database.transaction() as transaction:
            await self._jobs.settle(transaction, self._job, rows)

    async def _write(self, work: Work, rows: Sequence[Row], *, careful: bool) -> None:
        work.gives_back, work.hands_over = self._action.gives_back, self._action.hands_over
        for row in rows:
            row.forget()
        found = await self._found(work, rows)
        for number, row in enumerate(rows):
            if number % _BREATH == 0:
                # Others wait for this process too.
                await asyncio.sleep(0)
            if (record := found.get(row.record_id)) is None:
                continue
            if careful:
                await self._do_apart(work, record, row)
            else:
                await self._action.do(work, record, row)
        await work.flush()
        self._tell(work, rows)

    def _tell(self, work: Work, rows: Sequence[Row]) -> None:
        """A row of whose record nothing was written was so already."""
        changes = {(each.record.entity, each.record.id): each for each in work.written}
        for row in rows:
            if row.state:
                continue
            if change := changes.get((self._record.entity, row.record_id)):
                row.changed(change.record, change.before if change.what == "updated" else {})
            else:
                row.state = UNCHANGED

    async def _do_apart(self, work: Work, record: Record, row: Row) -> None:
        """Does it to one record so that the others need not know when it is refused."""
        told, made = len(work.written), len(work.pending.new)
        connection = await work.transaction.connection()
        await connection.execute("savepoint apart")
        try:
            await self._action.do(work, record, row)
            if is_touched(record) and not to_the_bin_or_back(record):
                check_ready(
                    work, record, [each for each in former(record) if each in record.fields]
                )
        except STOPS:
            raise
        except Problem as problem:
            if len(work.written) > told:
                # What others owe to this one is not to be taken apart any more.
                raise
            await connection.execute("rollback to savepoint apart")
            _take_back(work, record, made)
            row.refuse(problem)
        await connection.execute("release savepoint apart")

    async def _found(self, work: Work, rows: Sequence[Row]) -> Mapping[UUID, Record]:
        """The records that may be had, as they are by now, until the end; why not is said of the others."""
        ids, action = [row.record_id for row in rows], self._action
        await work.transaction.fetch(_HOLD.format(table=self._record.__tablename__), [ids])
        found = await work.among(self._record, ids, action.level, binned=action.binned)
        missing = [row for row in rows if row.record_id not in found]
        if missing:
            await self._explain(work, missing)
        return found

    async def _explain(self, work: Work, missing: Sequence[Row]) -> None:
        """One that may be seen is told from one that may not; to all others the two read alike."""
        ids, binned = [row.record_id for row in missing], self._action.binned
        seen = await work.among(self._record, ids, Level.READ, binned=binned)
        for row in missing:
            level = self._action.level
            far = level is not None and row.record_id in seen
            row.refuse(Denied(NOT_FAR_ENOUGH[level]) if far and level else NotFound())


def _take_back(work: Work, record: Record, made: int) -> None:
    """The record as it was read, without what it brought about."""
    for name, value in former(record).items():
        setattr(record, name, value)
    record.announced()
    del work.pending.new[made:]
    work.pending.gone = [each for each in work.pending.gone if each is not record]
