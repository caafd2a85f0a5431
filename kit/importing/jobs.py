"""The imports that wait or run: who works on one is settled by a lease in its row."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text, update

from kit.actor import Actor
from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.importing.file.guesses import Guess
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.importing.mapping.plan import Plan
from kit.importing.tables import import_job, import_line
from kit.records.methods.standard import Records

LEASE = text("now() + interval '10 seconds'")
_AT_LEISURE = text("SET LOCAL synchronous_commit TO off")
_PAUSE = text("now() + interval '2 seconds'")

# One statement for any number of lines, so that it is compiled and prepared once.
_SETTLE = text(
    "UPDATE import_line AS l SET state = s.state, pass_number = :pass_number,"
    " record_id = s.record_id, reasons = s.reasons::jsonb"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:states AS text[]),"
    " CAST(:records AS uuid[]), CAST(:reasons AS text[])) AS s(number, state, record_id, reasons)"
    " WHERE l.job_id = :job_id AND l.number = s.number"
)


def asker(process: str) -> Actor:
    """Who asks other services for the names in files: the person's call may be over by then."""
    return Actor.system(f"{process}.imports")


class LeaseLost(Exception):  # noqa: N818 - it says what happened
    """Another process has taken the import over; whatever is uncommitted here must go."""


@dataclass(frozen=True, slots=True)
class Job:
    """One import as its row stands."""

    id: UUID
    entity: str
    actor: Actor
    plan: Plan
    heading: list[str]
    delimiter: str
    guesses: dict[str, Guess]
    dry_run: bool
    pass_number: int
    pass_moved: bool

    @classmethod
    def of(cls, row: Any) -> "Job":
        return cls(
            id=row.id,
            entity=row.entity,
            actor=Actor.person(row.importer_id, min_epoch=row.min_epoch),
            plan=Plan(**row.plan),
            heading=row.heading,
            delimiter=row.delimiter,
            guesses=guesses_of(row),
            dry_run=row.dry_run,
            pass_number=row.pass_number,
            pass_moved=row.pass_moved,
        )

    def layout(self, records: Records[Any, Any]) -> Layout:
        permit = records.process.policy.permit(self.actor, records.record)
        return self.plan.layout(permit, self.heading, self.delimiter, guesses=self.guesses)


def guesses_of(row: Any) -> dict[str, Guess]:
    """The forms that the columns of an import speak for."""
    return {column: Guess(**each) for column, each in row.guessed.get("forms", {}).items()}


class Jobs:
    """The jobs of one database, as one worker of them sees it."""

    def __init__(self, database: Database, worker: UUID) -> None:
        self._database = database
        self._worker = worker

    async def claim(self) -> Job | None:
        """The job that has waited longest, leased to this worker; several take turns."""
        free = import_job.c.leased_until.is_(None) | (import_job.c.leased_until < func.now())
        mine = import_job.c.leased_by == self._worker
        next_one = (
            select(import_job.c.id)
            .where(import_job.c.ended_at.is_(None), free | mine)
            .order_by(import_job.c.leased_until.nulls_first())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = update(import_job).where(import_job.c.id.in_(next_one))
        lease = {"leased_by": self._worker, "leased_until": LEASE}
        async with self._database.transaction() as transaction:
            # A lease that a crash forgets does no harm, so nobody waits for the disk.
            await transaction.count(_AT_LEISURE)
            row = await transaction.row(taken.values(**lease).returning(import_job))
        return None if row is None else Job.of(row)

    async def waiting(self, job: Job, limit: int) -> list[Line]:
        """The next lines that this pass has not gone through."""
        return await self._lines(job, limit, import_line.c.pass_number < job.pass_number)

    async def left(self, job: Job, limit: int) -> list[Line]:
        """Lines that went through this pass and wait still."""
        return await self._lines(job, limit, import_line.c.pass_number >= job.pass_number)

    async def _lines(self, job: Job, limit: int, which: Any) -> list[Line]:
        lines = (
            select(import_line.c.number, import_line.c.original)
            .where(import_line.c.job_id == job.id, import_line.c.state == "waiting", which)
            .order_by(import_line.c.number)
            .limit(limit)
        )
        return [Line(row.number, row.original) for row in await self._database.rows(lines)]

    async def originals(self, job: Job) -> AsyncIterator[tuple[int, str]]:
        """Every line as it stands in the file, with its number, a few at a time."""
        lines = select(import_line.c.number, import_line.c.original)
        lines = lines.where(import_line.c.job_id == job.id).order_by(import_line.c.number)
        async with self._database.transaction() as transaction:
            async for row in transaction.stream(lines):
                yield row.number, row.original

    async def settle(self, transaction: Transaction, job: Job, lines: Iterable[Line]) -> None:
        """Writes what became of lines, in the transaction that made it so, if the job is ours yet."""
        done = [each for line in lines for each in line.with_others()]
        await transaction.count(_SETTLE, **_settled(job, done))
        moved = any(line.state in ("created", "updated") for line in done)
        held = update(import_job).where(
            import_job.c.id == job.id, import_job.c.leased_by == self._worker
        )
        news = {"leased_until": LEASE, "error": ""} | ({"pass_moved": True} if moved else {})
        if not await transaction.count(held.values(**news)):
            raise LeaseLost

    async def begin_pass(self, job: Job) -> None:
        """Goes through the waiting lines once more: the last time helped some of them."""
        await self._change(job, pass_number=job.pass_number + 1, pass_moved=False)

    async def end(self, job: Job, error: str = "") -> None:
        """There is nothing left to do, or nothing that could be done."""
        state = "failed" if error else "done"
        await self._change(job, state=state, error=error, ended_at=func.now())

    async def pause(self, job: Job, error: str) -> None:
        """Leaves a job alone for a moment: something it needs does not answer."""
        await self._change(job, error=error, leased_by=None, leased_until=_PAUSE)

    async def release(self) -> None:
        """Lets others go on at once with what this worker held."""
        mine = update(import_job).where(import_job.c.leased_by == self._worker)
        async with self._database.transaction() as transaction:
            await transaction.count(mine.values(leased_by=None, leased_until=None))

    async def _change(self, job: Job, **values: Any) -> None:
        mine = update(import_job).where(
            import_job.c.id == job.id, import_job.c.leased_by == self._worker
        )
        async with self._database.transaction() as transaction:
            await transaction.count(mine.values(**values))


def _settled(job: Job, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "pass_number": job.pass_number,
        "numbers": [line.number for line in lines],
        "states": [line.state for line in lines],
        "records": [line.record_id for line in lines],
        "reasons": [orjson.dumps(line.stored()).decode() for line in lines],
    }
