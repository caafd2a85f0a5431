"""Imports in the background: a batch of each in turn, until every line is settled."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kit.actor import Actor
from kit.database.faults import outage
from kit.errors import Busy, Denied, Problem, Refused, Unavailable
from kit.ids import uuid7
from kit.importing.along import Along
from kit.importing.faults import problem_of
from kit.importing.jobs import Job, Jobs, asker
from kit.importing.mapping.gathering import key_of, most_lines, refused, whole
from kit.importing.mapping.layout import Layout, Source
from kit.importing.mapping.lines import Line
from kit.importing.mapping.plan import Plan
from kit.importing.mapping.references import Names, Reason
from kit.importing.writing import LineWriter
from kit.jobs import runner as jobs
from kit.jobs.leases import LeaseLost
from kit.records.methods.standard import Records
from kit.records.process import Process
from kit.text.folding import typed

_BATCH = 100
_Lines = Callable[[Job, int], Awaitable[list[Line]]]
_IN_PART = "The other parts of this file did not come in; take it in again."
# What passes: the import waits for it, and no line is to blame.
_PATIENCE = (LeaseLost, Unavailable, Busy, OSError)


@dataclass(slots=True)
class _Underway:
    """What is remembered of a job between two batches."""

    layout: Layout
    names: Names
    along: Along
    # The keys of records whose lines are not taken in, and why.
    refused: Mapping[int, Reason]
    # In a dry run: the names that lines of the file would give to records.
    promised: set[str] | None = None


class Runner(jobs.Runner[Job]):
    """Works on the imports of one process; replicas share them by leases."""

    kind = "import"

    def __init__(self, process: Process, records: Mapping[str, Records[Any, Any]]) -> None:
        self._jobs = Jobs(process.database, uuid7(), process.name)
        super().__init__(self._jobs)
        self._process = process
        self._records = records
        self._underway: dict[UUID, _Underway] = {}

    def job_of(self, row: Any) -> Job:
        return Job.of(row)

    def forget(self, job: Job) -> None:
        self._underway.pop(job.id, None)

    async def advance(self, job: Job) -> None:
        if job.state == "receiving":
            raise Refused(_IN_PART)
        await self._process.replica.recent_enough(job.actor)
        records = self._records[job.entity]
        may_import(records, job.actor, job.plan)
        if job.id not in self._underway:
            layout = job.layout(records)
            job.plan.check(self._process.policy, job.actor, records.record, job.heading)
            wrong = await self._refused(job, layout)
            along = Along(self._process, job.plan.after, asker(self._process.name))
            self._underway[job.id] = _Underway(layout, self._names(layout), along, wrong)
        if lines := await self._batch(job, self._jobs.waiting):
            await self._take(job, lines, last=False)
        elif not (lines := await self._batch(job, self._jobs.left)):
            await self.end(job)
        elif job.pass_moved:
            await self._jobs.begin_pass(job)
        else:
            await self._take(job, lines, last=True)

    async def _refused(self, job: Job, layout: Layout) -> Mapping[int, Reason]:
        """What can be seen from the whole file alone, where several lines are one record."""
        if most_lines(layout) == 1 or layout.after.intersection(layout.keys):
            return {}
        return await refused(layout, self._jobs.originals(job))

    async def _batch(self, job: Job, next_lines: _Lines) -> Sequence[Line]:
        """The next lines, read; no record is begun before all of its lines are here."""
        layout, limit = self._underway[job.id].layout, _BATCH
        while True:
            lines = await next_lines(job, limit)
            for line in lines:
                with _rejecting(job, line):
                    line.read(layout)
            complete = whole(layout, lines) if len(lines) == limit else lines
            # What is of one record still is more than it can have, and all of it is refused.
            if complete or limit > most_lines(layout):
                return complete or lines
            limit *= 2

    def _names(self, layout: Layout) -> Names:
        return Names(self._process, layout, asker(self._process.name))

    async def _take(self, job: Job, lines: Sequence[Line], *, last: bool) -> None:
        """Resolves and takes in; a name that a later line may make lets its line wait."""
        underway = self._underway[job.id]
        for line in lines:
            if wrong := underway.refused.get(key_of(underway.layout, line)):
                line.state, line.reasons = "rejected", {"": wrong}
        await self._learn(job, underway, lines)
        for line in lines:
            await self._understand(job, underway, line, last=last)
        await underway.along.fill(lines)
        await LineWriter(self._records[job.entity], self._jobs, job, underway.layout).write(lines)

    async def _learn(self, job: Job, underway: _Underway, lines: Sequence[Line]) -> None:
        """Asks for the names of all lines, or of one after the other when one makes trouble."""
        pending = [line for line in lines if not line.state]
        try:
            await underway.names.learn([name for line in pending for name in line.names()])
        except (*_PATIENCE, Problem):
            raise
        except Exception:  # noqa: BLE001 - the line that causes it is rejected
            for line in pending:
                with _rejecting(job, line):
                    await underway.names.learn(line.names())

    async def _understand(self, job: Job, underway: _Underway, line: Line, *, last: bool) -> None:
        if not line.state:
            with _rejecting(job, line):
                line.understand(underway.layout, underway.names, self._process.choices)
        if line.state == "rejected" and self._hopes(underway, line):
            await self._hope(job, underway, line, last=last)

    def _hopes(self, underway: _Underway, line: Line) -> bool:
        """Whether the line misses nothing but records of its own kind."""
        own = {source.spot for source, _ in line.texts if self._own(underway, source)}
        return bool(line.reasons) and line.reasons.keys() <= own

    def _own(self, underway: _Underway, source: Source) -> bool:
        return bool(source.by) and underway.names.is_own(source)

    async def _hope(self, job: Job, underway: _Underway, line: Line, *, last: bool) -> None:
        if job.dry_run:
            await self._promise(job, underway, line)
        elif not last:
            line.state, line.reasons = "waiting", {}

    async def _promise(self, job: Job, underway: _Underway, line: Line) -> None:
        """A dry run makes nothing, so a name counts as found when some line would make it."""
        if underway.promised is None:
            underway.promised = await self._promised(job, underway)
        missing = [text for source, text in line.names() if source.spot in line.reasons]
        if all(typed(text) in underway.promised for text in missing):
            line.state, line.reasons = "", {}

    async def _promised(self, job: Job, underway: _Underway) -> set[str]:
        fields = {each.by for each in underway.layout.references() if self._own(underway, each)}
        names: set[str] = set()
        async for _, original in self._jobs.originals(job):
            with contextlib.suppress(ValueError):
                texts = underway.layout.read(original)
                names |= {typed(text) for source, text in texts if source.spot in fields}
        return names


@contextlib.contextmanager
def _rejecting(job: Job, line: Line) -> Iterator[None]:
    """Whatever goes wrong with one line rejects that line, and the others go on."""
    try:
        yield
    except _PATIENCE:
        raise
    except Exception as fault:
        if away := outage(fault):
            raise away from fault
        line.reject(problem_of(fault, job))


def may_import(records: Records[Any, Any], actor: Actor, plan: Plan) -> None:
    """Refuses a person who may neither create such records nor change those that match."""
    rights = records.process.policy.permit(actor, records.record).rights
    useful = {"create", "edit"} if plan.match else {"create"}
    if "view" not in rights or not useful & rights:
        plural = records.record.plural.lower()
        raise Denied(f"Your profile does not let you import {plural}.")
