"""Lines become records, by the same rules as Create and Update, many in one transaction.

When a transaction fails as a whole its lines are taken in halves, so that one bad line never takes
others with it; what became of a line is written in the transaction that made it so.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kit.duplicates.refusing import refuse_duplicates
from kit.entity import Before, Level, Record
from kit.errors import Denied, Invalid, NotFound, Problem
from kit.importing.faults import problem_of
from kit.importing.jobs import Job, Jobs
from kit.importing.mapping.gathering import gathered
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.jobs.halves import STOPS, in_halves
from kit.records.methods.custom_values import few, missing
from kit.records.methods.standard import Records
from kit.records.write.validation import check_ready
from kit.records.write.work import Work
from kit.rpc.call import Call
from kit.text.folding import folded, typed

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
        self._match = layout.match
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
        for group in _apart([line for line in lines if not line.state], self._match):
            await in_halves(group, self._together, self._reject)

    async def _complete(self, rejected: Sequence[Line]) -> None:
        """What else a rejected line lacks is said at once, or it would come in a second round."""
        known: dict[Any, list[Record]] = {}
        if self._match and rejected:
            async with self._process.work(self._job.actor) as work:
                known = await self._existing(work, rejected)
        for line in rejected:
            if line.texts and not self._meant(known, line):
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
        await self._settle(lines)

    async def _settle(self, lines: Sequence[Line]) -> None:
        async with self._process.database.transaction() as transaction:
            await self._jobs.settle(transaction, self._job, lines)

    async def _write(self, work: Work, lines: Sequence[Line]) -> None:
        existing = await self._existing(work, lines)
        editable = await self._editable(work, lines, existing)
        for number, line in enumerate(lines):
            if number % _BREATH == 0:
                # Others wait for this process too.
                await asyncio.sleep(0)
            line.state, line.reasons = "", {}
            try:
                await self._take_one(work, line, existing, editable)
            except STOPS:
                raise
            except Problem as problem:
                line.reject(self._worded(problem))
        await work.flush()

    def _worded(self, problem: Problem) -> Problem:
        """The problem of a field without its label, since reasons stand under their fields."""
        known = self._record.fields
        worded = {
            name: why.removeprefix(f"{known[name].said.label}: ") if name in known else why
            for name, why in problem.fields.items()
        }
        sentences = {name: why[:1].upper() + why[1:] for name, why in worded.items()}
        return Problem(problem.message, sentences)

    async def _take_one(
        self, work: Work, line: Line, existing: dict[Any, list[Record]], editable: set[Any]
    ) -> None:
        known = self._meant(existing, line)
        if len(known) > 1:
            name = self._match
            raise Invalid("", {name: f"{len(known)} records have this {name}; give the id."})
        if known:
            await self._change(work, line, known[0], editable)
        elif self._match == "id":
            raise NotFound
        else:
            await self._create(work, line)

    # What is there already.

    async def _existing(self, work: Work, lines: Sequence[Line]) -> dict[Any, list[Record]]:
        """The records within reach that lines mean, by the value they are matched by."""
        if not self._match:
            return {}
        column = getattr(self._record, self._match)
        values = {
            key for line in lines if (key := _alike(line.values.get(self._match))) is not None
        }
        same = folded(column) if any(isinstance(each, str) for each in values) else column
        found: dict[Any, list[Record]] = {}
        for record in await work.all(self._record, same.in_(values), limit=50 * len(lines)):
            found.setdefault(_alike(getattr(record, self._match)), []).append(record)
        return found

    def _meant(self, existing: dict[Any, list[Record]], line: Line) -> list[Record]:
        """The records that a line means: those of exactly its value, else those that read alike."""
        value = line.values.get(self._match) if self._match else None
        alike = existing.get(_alike(value), [])
        exact = [record for record in alike if getattr(record, self._match) == value]
        return exact or alike

    async def _editable(
        self, work: Work, lines: Sequence[Line], existing: dict[Any, list[Record]]
    ) -> set[Any]:
        """The ids of those that differ from their line and that the person may change."""
        differing = [
            record.id
            for line in lines
            for record in self._meant(existing, line)
            if self._changes(line, record)
        ]
        if not differing:
            return set()
        within = self._record.id.in_(differing)
        found = await work.all(self._record, within, level=Level.EDIT, limit=len(differing))
        return {record.id for record in found}

    def _changes(self, line: Line, record: Record) -> dict[str, Any]:
        """The values by which a line differs from its record."""
        changes = {
            name: value
            for name, value in line.filled(self._layout, vars(record)).items()
            if value != getattr(record, name) and name not in ("id", self._match)
        }
        custom = {**record.custom, **line.custom}
        return changes if custom == record.custom else changes | {"custom": custom}

    # What becomes of one line.

    async def _create(self, work: Work, line: Line) -> None:
        permit = work.permit(self._record)
        permit.require("create")
        values = line.filled(self._layout, {})
        names = [*values, "custom"] if line.custom else list(values)
        permit.require_settable(names, new=True)
        record = self._record(**values)
        record.custom = few({**permit.custom.of_entity.initial, **line.custom})
        if lacking := dict(missing(permit, record.custom)):
            raise Invalid("", lacking)
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

    async def _change(self, work: Work, line: Line, record: Record, editable: set[Any]) -> None:
        changes = self._changes(line, record)
        if not changes:
            line.state, line.record_id = "matched", record.id
            return
        self._may_change(work, record, changes, editable)
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

    def _may_change(
        self, work: Work, record: Record, changes: dict[str, Any], editable: set[Any]
    ) -> None:
        permit = work.permit(self._record)
        permit.require("edit")
        if record.id not in editable:
            raise Denied("You may read this record but not change it.")
        few(changes.get("custom", {}))
        for name in changes:
            permit.require_settable([name], new=name in self._amends)


def _apart(lines: Sequence[Line], match: str) -> Iterator[list[Line]]:
    """Lines in groups in which no two mean the same record."""
    group: list[Line] = []
    seen: set[Any] = set()
    for line in lines:
        value = _alike(line.values.get(match))
        if value is not None and value in seen:
            yield group
            group, seen = [], set()
        group.append(line)
        seen.add(value)
    if group:
        yield group


def _alike(value: Any) -> Any:
    """A value as it is matched: texts without case and accents, as everywhere."""
    return typed(value) if isinstance(value, str) else value


def _is_now(value: date | datetime) -> bool:
    """Whether a day or moment was filled in just now."""
    now = datetime.now(UTC)
    return (
        now - value < timedelta(minutes=1) if isinstance(value, datetime) else value == now.date()
    )
