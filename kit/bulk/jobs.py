"""The bulks that wait or run, and their rows: settled in their order, each where it became so."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

import msgspec
from crm.v1 import bulk_pb2 as pb
from sqlalchemy import bindparam, select, text

from kit.actor import Actor
from kit.bulk.rows import Row
from kit.bulk.tables import bulk_job, bulk_row
from kit.database.engine import Database
from kit.database.transaction import Transaction
from kit.events.publishing.outbox import Announcement
from kit.jobs.leases import Leases
from kit.notices.giving import completed

BATCH = 200
"""Rows in a transaction; so many are done before a bulk is answered."""

_job, _row = bulk_job.c, bulk_row.c
_NEXT = (
    select(_row.number, _row.record_id, _row.version, _row.before)
    .where(_row.job_id == bindparam("job_id"), _row.number > bindparam("position"))
    .order_by(_row.number)
    .limit(bindparam("most"))
)
# One statement for any number of rows, so that it is compiled and prepared once.
_SETTLE = text(
    "UPDATE bulk_row AS r SET state = s.state, version = s.version,"
    " before = s.before::jsonb, reasons = s.reasons::jsonb"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:states AS text[]), CAST(:versions AS int[]),"
    " CAST(:befores AS text[]), CAST(:reasons AS text[]))"
    " AS s(number, state, version, before, reasons)"
    " WHERE r.job_id = :job_id AND r.number = s.number"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One bulk as its row stands."""

    id: UUID
    entity: str
    actor: Actor
    asked: bytes
    dry_run: bool
    is_undo: bool
    is_hand_over: bool
    rows: int
    position: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row.id,
            entity=row.entity,
            actor=Actor.person(row.person_id, min_epoch=row.min_epoch),
            asked=row.asked,
            dry_run=row.dry_run,
            is_undo=row.undo_of is not None,
            is_hand_over=row.hand_over_id is not None,
            rows=row.rows,
            position=row.position,
        )

    @property
    def request(self) -> pb.BulkRequest:
        """What was asked of a bulk; of a hand-over nothing is."""
        return pb.BulkRequest() if self.is_hand_over else pb.BulkRequest.FromString(self.asked)

    @property
    def does(self) -> str:
        """What is done, in a word."""
        if self.is_undo:
            return "undo"
        return "hand-over" if self.is_hand_over else self.request.action or "change"

    def of_caller(self, actor: Actor) -> Self:
        """The same within a call, by which other services may be asked."""
        return replace(self, actor=actor)

    def past(self, position: int) -> Self:
        """The same after some rows."""
        return replace(self, position=position)


class Jobs(Leases):
    """The bulks of one database, as one worker of them sees it."""

    def __init__(self, database: Database, worker: UUID, service: str = "") -> None:
        super().__init__(database, bulk_job, worker)
        self._service = service

    def told(self, row: Any) -> Announcement | None:
        """What was done before the call was answered needs no word, nor what others are told of."""
        if row.dry_run or row.rows <= BATCH or row.hand_over_id or not self._service:
            return None
        return completed(self._service, row.person_id, row, "bulk", str(row.rows))

    async def next(self, job: Job, most: int) -> list[Row]:
        """The next rows that are not settled."""
        given = {"job_id": job.id, "position": job.position, "most": most}
        found = await self._database.rows(_NEXT, **given)
        return [Row(each.number, each.record_id, each.version, each.before) for each in found]

    async def settle(self, transaction: Transaction, job: Job, rows: Sequence[Row]) -> None:
        """Writes what became of rows, in the transaction that made it so, if the job is ours yet."""
        await transaction.count(_SETTLE, **_settled(job, rows))
        counts = Counter(row.state for row in rows)
        news = {state: bulk_job.c[state] + number for state, number in counts.items()}
        await self.hold(transaction, job.id, position=rows[-1].number, **news)


def _settled(job: Job, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "numbers": [row.number for row in rows],
        "states": [row.state for row in rows],
        "versions": [row.since for row in rows],
        "befores": [_json(row.kept) for row in rows],
        "reasons": [_json(row.reasons) for row in rows],
    }


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None
