"""What a bulk says of itself: how far it is, and what became of each record."""

from typing import Any
from uuid import UUID

from crm.v1 import bulk_pb2 as pb
from crm.v1 import standard_pb2
from sqlalchemy import bindparam, select

from kit.actor import Actor
from kit.bulk.actions import Action
from kit.bulk.jobs import Job
from kit.bulk.tables import bulk_job, bulk_row
from kit.bulk.undoing import TAKE_BACK
from kit.database.transaction import Transaction
from kit.errors import Invalid, NotFound

_PAGE, _MOST = 100, 1_000
_LONGEST_TOKEN = 9
_job, _row = bulk_job.c, bulk_row.c
_ONE = select(bulk_job).where(
    _job.id == bindparam("id"),
    _job.person_id == bindparam("person_id"),
    _job.hand_over_id.is_(None),
)
_BACK = select(_job.id).where(_job.undo_of == bindparam("id"))


async def job_row(transaction: Transaction, actor: Actor, job_id: UUID) -> Any:
    """The row of a bulk, for whoever started it: what was done is told to others by the records."""
    row = await transaction.row(_ONE, id=job_id, person_id=actor.person_id)
    if row is None:
        raise NotFound("There is no such bulk.")
    return row


async def way_back(transaction: Transaction, job_id: UUID) -> UUID | None:
    """The bulk that takes another back."""
    back: UUID | None = await transaction.value(_BACK, id=job_id)
    return back


async def reported(transaction: Transaction, row: Any, action: Action | None) -> pb.Bulk:
    """A bulk with its counts; of an action that the caller may not do any more nothing is told."""
    job, back = Job.of(row), await way_back(transaction, row.id)
    done = bool(row.ended_at and row.changed and not row.dry_run)
    of_import = job.request.action == TAKE_BACK
    return pb.Bulk(
        id=str(row.id),
        entity=row.entity,
        action=job.does,
        state=row.state,
        rows=row.rows,
        settled=row.position,
        changed=row.changed,
        unchanged=row.unchanged,
        refused=row.refused,
        error=row.error,
        dry_run=row.dry_run,
        started_at=_moment(row.started_at),
        ended_at=_moment(row.ended_at),
        fields=action.fields if action else (),
        undoable=done and back is None and action is not None and action.undoable,
        undo_of="" if of_import else str(row.undo_of or ""),
        undo_of_import=str(row.undo_of) if of_import else "",
        undone_by=str(back or ""),
    )


async def rows_page(transaction: Transaction, job_id: UUID, request: Any) -> pb.BulkRows:
    """A page of rows in the order in which they are done."""
    size = request.page_size or _PAGE
    rows = select(_row.number, _row.record_id, _row.state, _row.reasons)
    rows = rows.where(_row.job_id == job_id, _row.number > _after(request.page_token))
    if request.state:
        rows = rows.where(_row.state == request.state)
    found = await transaction.rows(rows.order_by(_row.number).limit(size + 1))
    token = str(found[size - 1].number) if len(found) > size else ""
    page = standard_pb2.Page(next_page_token=token)
    return pb.BulkRows(items=[_shown(each) for each in found[:size]], page=page)


def _after(token: str) -> int:
    if token and not (token.isascii() and token.isdigit() and len(token) <= _LONGEST_TOKEN):
        raise Invalid(page_token="This is no page of a bulk; begin with the first.")  # noqa: S106 - a token of pages, no secret
    return int(token or 0)


def _shown(row: Any) -> pb.BulkRow:
    return pb.BulkRow(
        number=row.number, record_id=str(row.record_id), state=row.state, reasons=row.reasons or {}
    )


def _moment(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if value else ""
