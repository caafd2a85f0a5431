"""Bulks in the background: a batch of each in turn, until every row is settled."""

from collections.abc import Mapping
from typing import Any

from kit.bulk.actions import Action, action_of
from kit.bulk.handing_over import Change, HandOver
from kit.bulk.jobs import BATCH, Job, Jobs
from kit.bulk.undoing import TAKE_BACK, TakeBack, Undo
from kit.bulk.writing import RowWriter
from kit.ids import uuid7
from kit.jobs import runner as jobs
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.telemetry import metrics


class Runner(jobs.Runner[Job]):
    """Works on the bulks of one process; replicas share them by leases."""

    kind = "bulk"

    def __init__(self, process: Process, records: Mapping[str, Records[Any, Any]]) -> None:
        self.jobs = Jobs(process.database, uuid7(), process.name)
        super().__init__(self.jobs)
        self._process = process
        self._records = records

    def job_of(self, row: Any) -> Job:
        return Job.of(row)

    async def advance(self, job: Job) -> None:
        await self._process.replica.recent_enough(job.actor)
        records = self._records[job.entity]
        rows = await self.jobs.next(job, BATCH)
        if rows:
            writer = RowWriter(records, self.jobs, job, action_for(records, job))
            await writer.write(rows)
            for row in rows:
                metrics.BULK_ROWS.labels(job.entity, row.state).inc()
        if len(rows) < BATCH or rows[-1].number >= job.rows:
            await self.end(job)


def action_for(records: Records[Any, Any], job: Job) -> Action:
    """What a job does, as whoever started it may do it now."""
    if job.is_hand_over:
        action: Action = HandOver(records, Change.read(job.asked))
    elif job.request.action == TAKE_BACK:
        return TakeBack(records)
    else:
        action = action_of(records, job.request)
    return Undo(action) if job.is_undo else action
