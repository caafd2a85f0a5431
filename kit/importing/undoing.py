"""The way back from an import: a bulk over the records that its lines made or changed.

What was made goes into the bin, what was changed says again what it said, and what somebody touched
since stays and is listed: by the machinery, the pages and the addresses of every bulk.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.v1 import bulk_pb2
from sqlalchemy import bindparam, null, select, text, update

from kit.actor import Actor
from kit.bulk.tables import bulk_job
from kit.bulk.undoing import TAKE_BACK
from kit.database.transaction import Transaction
from kit.importing.tables import import_job, import_line
from kit.records.process import Process

_AT_ONCE = 20
_BACK = select(bulk_job.c.id).where(bulk_job.c.undo_of == bindparam("id"))
_SOMETHING = (
    select(import_line.c.number)
    .where(import_line.c.job_id == bindparam("id"), import_line.c.version.is_not(None))
    .limit(1)
)
# Of several lines that changed one record the first knows how it was, the last its version; and what
# was made last goes first, as it may hang on what was made before.
_ROWS = text(
    "WITH told AS (SELECT record_id, max(version) AS version, bool_or(state = 'created') AS made"
    " FROM import_line WHERE job_id = :of AND version IS NOT NULL GROUP BY record_id),"
    " said AS (SELECT l.record_id, jsonb_object_agg(b.key, b.value ORDER BY l.number DESC) AS before"
    " FROM import_line AS l, jsonb_each(l.before) AS b WHERE l.job_id = :of GROUP BY l.record_id)"
    " INSERT INTO bulk_row (job_id, number, record_id, version, before)"
    " SELECT CAST(:job_id AS uuid), row_number() OVER (ORDER BY record_id DESC), record_id, told.version,"
    " CASE WHEN told.made THEN NULL ELSE coalesce(said.before, '{}') END"
    " FROM told LEFT JOIN said USING (record_id)"
)
_OLD = (
    select(import_job.c.id)
    .where(
        import_job.c.ended_at < bindparam("oldest"),
        select(import_line.c.job_id)
        .where(import_line.c.job_id == import_job.c.id, import_line.c.before.is_not(None))
        .exists(),
    )
    .limit(_AT_ONCE)
)
_FORGET = (
    update(import_line)
    .where(import_line.c.job_id.in_(_OLD), import_line.c.before.is_not(None))
    .values(before=null())
)


def asked(entity: str) -> bulk_pb2.BulkRequest:
    """What the bulk is asked to do."""
    return bulk_pb2.BulkRequest(entity=entity, action=TAKE_BACK)


async def rows_of(transaction: Transaction, job_id: UUID, *, of: UUID) -> int:
    """Writes down the records that an import made or changed, and answers how many there are."""
    return await transaction.count(_ROWS, job_id=job_id, of=of)


async def taken_back_by(transaction: Transaction, import_id: UUID) -> UUID | None:
    """The bulk that takes an import back."""
    back: UUID | None = await transaction.value(_BACK, id=import_id)
    return back


def why_not(process: Process, row: Any, actor: Actor) -> str:
    """Why an import is not taken back; empty where it may be."""
    if row.ended_at is None:
        return "This import is running; wait until it is done."
    if row.dry_run:
        return "This was a trial; it changed nothing."
    if row.importer_id != actor.person_id:
        return "Only whoever took the file in takes it back."
    if row.ended_at < _oldest(process):
        return "This is longer ago than the bin keeps things; there is no way back."
    return ""


async def is_undoable(
    transaction: Transaction, process: Process, row: Any, actor: Actor, back: UUID | None
) -> bool:
    """Whether there is a way back for the caller, and something to take back."""
    if back or why_not(process, row, actor):
        return False
    return bool(await transaction.value(_SOMETHING, id=row.id))


async def forget_what_was(process: Process) -> None:
    """Takes away what records said before imports that have no way back any more, some at a time."""
    gone = 1
    while gone:
        async with process.database.transaction() as transaction:
            gone = await transaction.count(_FORGET, oldest=_oldest(process))


def _oldest(process: Process) -> datetime:
    settings: Any = process.settings
    return datetime.now(UTC) - timedelta(days=settings.bin_days)
