"""Lines become records, by the same rules as Create and Update, many in one transaction.

When a transaction fails as a whole its lines are taken in halves, so that one bad line never takes
others with it; what became of a line is written in the transaction that made it so.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kit.bulk.rows import written
from kit.duplicates.refusing import refuse_duplicates
from kit.entity import Before, Record
from kit.errors import Denied, Invalid, NotFound, Problem
from kit.importing.faults import problem_of
from kit.importing.jobs import Job, Jobs
from kit.importing.mapping.gathering import gathered
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.importing.matching import Matches
from kit.jobs.halves import STOPS, in_halves
from kit.records.methods.custom_values import few, refuse_lacking
from kit.records.methods.standard import Records
from kit.records.write.validation import check_ready
from kit.records.write.work import Work
from kit.rpc.call import Call

_BREATH = 10
_SAY_WHEN = (
    "Say when this ended, by a column of the file or by one value for every line;"
    " it is not taken to be today."
)


class _Rehearsed(Exception):  # noqa: N818 - it says what happened
    """A dry run has gone well and is taken back."""


class LineWriter:
    """Writes the lines of one import as records."""

    def __init__(self, records: Records[Any, Any], jobs: Jobs, job: Job, layout: Layout) -> None:
        self._records = records
        self._process = records.process
        self._record: type[Record] = records.record
        self._jobs = jobs
        self._job = job
        self._layout = layout
        self._matches = Matches(layout, job.plan.on_match)
        # What no Update changes and this entity's own `amend` changes by its rules, as its class says.
        self._amends = records.amends
        self._call = Call(allows_duplicates=job.plan.allow_duplicates)

    async def write(self, lines: Sequence[Line]) -> None:
        """Takes in what was understood, and writes down what was not."""
        lines = gathered(self._layout, lines)
        settled = [line for line in lines if line.state]
        if settled:
            wrong = [line for line in settled if line.state == "rejected" and not line.follows]
            await self._complete(wrong)
            await self._settle(settled)
        for group in self._matches.apart([line for line in lines if not line.state]):
            await in_halves(group, self._together, self._reject)

    async def _complete(self, rejected: Sequence[Line]) -> None:
        """What else a rejected line lacks is said at once, or it would come in a second round."""
        async with self._process.work(self._job.actor) as work:
            await self._matches.look(work, rejected)
        for line in rejected:
            if line.texts and not self._matches.meant(line):
                line.lacks(self._layout)

    async def _reject(self, line: Line, fault: Exception) -> None:
        line.reject(self._worded(problem_of(fault, self._job)))
        await self._settle([line])

    async def _together(self, lines: Sequence[Line]) -> None:
        if self._job.dry_run:
            await self._rehearse(lines)
            return
        async with self._process.work(self._job.actor, self._call) as work:
            await self._write(work, lines)
            await self._jobs.settle(work.transaction, self._job, lines)

    async def _rehearse(self, lines: Sequence[Line]) -> None:
        """Does all of it and takes it back; only what would have become of the lines stays."""
        with contextlib.suppress(_Rehearsed):
            async with self._process.work(self._job.actor, self._call) as work:
                await self._write(work, lines)
                raise _Rehearsed
        for line in lines:
            line.record_id = None if line.state == "created" else line.record_id
            line.version = line.before = None
        await self._settle(lines)

    async def _settle(self, lines: Sequence[Line]) -> None:
        async with self._process.database.transaction() as transaction:
            await self._jobs.settle(transaction, self._job, lines)

    async def _write(self, work: Work, lines: Sequence[Line]) -> None:
        await self._matches.look(work, lines)
        for number, line in enumerate(lines):
            if number % _BREATH == 0:
                # Others wait for this process too.
                await asyncio.sleep(0)
            line.state, line.reasons = "", {}
            try:
                await self._take_one(work, line)
            except STOPS:
                raise
            except Problem as problem:
                self._refuse(line, problem)
        await work.flush()
        self._remember(work, lines)

    def _refuse(self, line: Line, problem: Problem) -> None:
        """A trial forgives what lacks nothing but what it would have made before."""
        if problem.fields and problem.fields.keys() <= line.promised:
            line.state = "created"
        else:
            line.reject(self._worded(problem))

    def _remember(self, work: Work, lines: Sequence[Line]) -> None:
        """What each record said before, and its version by now, for the way back."""
        changes = {
            each.record.id: each for each in work.written if type(each.record) is self._record
        }
        for line in lines:
            if line.record_id and (change := changes.get(line.record_id)):
                line.version, line.before = change.record.version, None
                if line.state == "updated":
                    line.before = written(change.record, change.before, rows=True)

    def _worded(self, problem: Problem) -> Problem:
        """The problem of a field without its label, since reasons stand under their fields."""
        known = self._record.fields
        worded = {
            name: why.removeprefix(f"{known[name].said.label}: ") if name in known else why
            for name, why in problem.fields.items()
        }
        sentences = {name: why[:1].upper() + why[1:] for name, why in worded.items()}
        return Problem(problem.message, sentences)

    async def _take_one(self, work: Work, line: Line) -> None:
        if known := self._matches.one(await self._matches.of(work, line)):
            await self._change(work, line, known)
        elif self._layout.match == "id":
            raise NotFound
        else:
            await self._create(work, line)

    # What becomes of one line.

    async def _create(self, work: Work, line: Line) -> None:
        permit = work.permit(self._record)
        permit.require("create")
        values = line.filled(self._layout, {})
        names = [*values, "custom"] if line.custom else list(values)
        permit.require_settable(names, new=True)
        record = self._record(**values)
        record.custom = few({**permit.custom.of_entity.initial, **line.custom})
        refuse_lacking(permit, line.custom, {}, record.custom)
        before = len(work.pending.new)
        await refuse_duplicates(work, record)
        try:
            with work.as_stored():
                await self._records.admit(work, record)
            check_ready(work, record)
            self._refuse_today(record, self._record.endings, values, Before())
        except Problem:
            del work.pending.new[before:]
            raise
        line.state, line.record_id = "created", record.id

    async def _change(self, work: Work, line: Line, record: Record) -> None:
        changes = self._matches.changes(line, record)
        if not changes:
            line.state, line.record_id = "matched", record.id
            return
        self._may_change(work, record, changes)
        if "custom" in changes:
            permit = work.permit(self._record)
            refuse_lacking(permit, line.custom, record.custom, changes["custom"])
        before, former = (
            len(work.pending.new),
            {name: getattr(record, name) for name in record.fields},
        )
        custom, movable = record.custom, [each for each in record.endings if each in self._amends]
        try:
            await self._records.amend(work, record, changes)
            await refuse_duplicates(work, record)
            check_ready(work, record)
            self._refuse_today(record, movable, changes, Before(**former))
        except Problem:
            del work.pending.new[before:]
            for name, value in {**former, "custom": custom}.items():
                setattr(record, name, value)
            record.announced()
            raise
        line.state, line.record_id = "updated", record.id

    def _refuse_today(
        self, record: Record, endings: Sequence[str], told: Mapping[str, Any], before: Before
    ) -> None:
        """What ended ended some day; a file that does not say when is not taken to mean today."""
        for name in endings:
            value = getattr(record, name)
            guessed = value not in (None, getattr(before, name, None)) and name not in told
            if guessed and _is_now(value):
                raise Invalid("", {name: _SAY_WHEN})

    def _may_change(self, work: Work, record: Record, changes: dict[str, Any]) -> None:
        permit = work.permit(self._record)
        permit.require("edit")
        if not self._matches.may_change(work, record):
            raise Denied("You may read this record but not change it.")
        few(changes.get("custom", {}))
        for name in changes:
            permit.require_settable([name], new=name in self._amends)


def _is_now(value: date | datetime) -> bool:
    """Whether a day or moment was filled in just now."""
    now = datetime.now(UTC)
    return (
        now - value < timedelta(minutes=1) if isinstance(value, datetime) else value == now.date()
    )
