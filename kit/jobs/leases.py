"""The jobs that wait or run: who works on one is settled by a lease in its row."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, func, select, text, update

from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.events.publishing.outbox import Announcement, insert_statement, rows

LEASE = text("now() + interval '10 seconds'")
_AT_LEISURE = text("SET LOCAL synchronous_commit TO off")
_PAUSE = text("now() + interval '2 seconds'")


class LeaseLost(Exception):  # noqa: N818 - it says what happened
    """Another process has taken the job over; whatever is uncommitted here must go."""


class Leases:
    """The jobs of one table, as one worker of them sees it."""

    def __init__(self, database: Database, table: Table, worker: UUID) -> None:
        self.worker = worker
        self._database = database
        self._table = table
        # Asked all the time by every process, so these are built once.
        self._free = self._next()
        self._taken = self._leased()

    async def claim(self) -> Any:
        """The row of the job that has waited longest, leased to this worker; several take turns."""
        # Mostly there is none, and looking is a quarter of the work of taking.
        if not await self._database.rows(self._free):
            return None
        async with self._database.transaction() as transaction:
            # A lease that a crash forgets does no harm, so nobody waits for the disk.
            await transaction.count(_AT_LEISURE)
            return await transaction.row(self._taken)

    async def hold(self, transaction: Transaction, job_id: UUID, **news: Any) -> None:
        """Writes how far a job is, in the transaction that made it so, if it is ours yet."""
        held = self._mine(job_id).values(leased_until=LEASE, error="", **news)
        if not await transaction.count(held):
            raise LeaseLost

    async def change(self, job_id: UUID, **values: Any) -> None:
        """Writes something else of a job that is ours."""
        async with self._database.transaction() as transaction:
            await transaction.count(self._mine(job_id).values(**values))

    async def end(self, job_id: UUID, error: str = "") -> None:
        """There is nothing left to do, or nothing that could be done; whoever began it is told."""
        state = "failed" if error else "done"
        ended = self._mine(job_id).values(state=state, error=error, ended_at=func.now())
        async with self._database.transaction() as transaction:
            row = await transaction.row(ended.returning(self._table))
            if row is not None and (event := self.told(row)):
                told = rows([event], service=event.subject.split(".")[1])
                await transaction.count(insert_statement, **told)

    def told(self, row: Any) -> Announcement | None:  # noqa: ARG002 - others know of whom it tells
        """The event by which whoever began a job hears of its end, if it is worth a word."""
        return None

    async def pause(self, job_id: UUID, error: str) -> None:
        """Leaves a job alone for a moment: something it needs does not answer."""
        await self.change(job_id, error=error, leased_by=None, leased_until=_PAUSE)

    async def release(self) -> None:
        """Lets others go on at once with what this worker held."""
        mine = update(self._table).where(self._table.c.leased_by == self.worker)
        async with self._database.transaction() as transaction:
            await transaction.count(mine.values(leased_by=None, leased_until=None))

    def _next(self) -> Select[UUID]:
        job = self._table.c
        free = job.leased_until.is_(None) | (job.leased_until < func.now())
        return (
            select(job.id)
            .where(job.ended_at.is_(None), free | (job.leased_by == self.worker))
            .order_by(job.leased_until.nulls_first())
            .limit(1)
        )

    def _leased(self) -> Any:
        taken = self._table.c.id.in_(self._free.with_for_update(skip_locked=True))
        lease = {"leased_by": self.worker, "leased_until": LEASE}
        return update(self._table).where(taken).values(**lease).returning(self._table)

    def _mine(self, job_id: UUID) -> Any:
        job = self._table.c
        return update(self._table).where(job.id == job_id, job.leased_by == self.worker)
