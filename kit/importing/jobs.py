"""The imports that wait or run: who works on one is settled by a lease in its row."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import orjson
from sqlalchemy import select, text

from kit.actor import Actor
from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.events.publishing.outbox import Announcement
from kit.importing.file.guesses import Guess
from kit.importing.mapping.layout import Layout
from kit.importing.mapping.lines import Line
from kit.importing.mapping.plan import Plan
from kit.importing.tables import import_job, import_line
from kit.jobs.leases import Leases
from kit.notices.giving import completed
from kit.records.methods.standard import Records

# One statement for any number of lines, so that it is compiled and prepared once.
_SETTLE = text(
    "UPDATE import_line AS l SET state = s.state, pass_number = :pass_number,"
    " record_id = s.record_id, reasons = s.reasons::jsonb, version = s.version,"
    " before = s.before::jsonb"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:states AS text[]), CAST(:records AS uuid[]),"
    " CAST(:reasons AS text[]), CAST(:versions AS int[]), CAST(:befores AS text[]))"
    " AS s(number, state, record_id, reasons, version, before)"
    " WHERE l.job_id = :job_id AND l.number = s.number"
)


def asker(process: str) -> Actor:
    """Who asks other services for the names in files: the person's call may be over by then."""
    return Actor.system(f"{process}.imports")


@dataclass(frozen=True, slots=True)
class Job:
    """One import as its row stands."""

    id: UUID
    entity: str
    state: str
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
            state=row.state,
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


class Jobs(Leases):
    """The imports of one database, as one worker of them sees it."""

    def __init__(self, database: Database, worker: UUID, service: str = "") -> None:
        super().__init__(database, import_job, worker)
        self._service = service

    def told(self, row: Any) -> Announcement | None:
        if row.dry_run or not self._service:
            return None
        return completed(self._service, row.importer_id, row, "import", row.file_name)

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
        await self.hold(transaction, job.id, **({"pass_moved": True} if moved else {}))

    async def begin_pass(self, job: Job) -> None:
        """Goes through the waiting lines once more: the last time helped some of them."""
        await self.change(job.id, pass_number=job.pass_number + 1, pass_moved=False)


def _settled(job: Job, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "pass_number": job.pass_number,
        "numbers": [line.number for line in lines],
        "states": [line.state for line in lines],
        "records": [line.record_id for line in lines],
        "reasons": [orjson.dumps(line.stored()).decode() for line in lines],
        "versions": [line.version for line in lines],
        "befores": [None if line.before is None else _json(line.before) for line in lines],
    }


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
