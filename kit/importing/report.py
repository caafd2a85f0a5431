"""What an import says of itself: how far it is, and what became of each line."""

from typing import Any
from uuid import UUID

from crm.v1 import imports_pb2 as pb
from crm.v1 import standard_pb2
from sqlalchemy import func, select

from kit.access.policy import Policy
from kit.actor import Actor
from kit.database.transaction import Transaction
from kit.errors import Invalid, NotFound
from kit.importing.tables import import_job, import_line

STATES = ("waiting", "created", "updated", "matched", "rejected", "skipped")
_PAGE, _MOST = 100, 1_000
_LONGEST_TOKEN = 9


async def job_row(transaction: Transaction, policy: Policy, actor: Actor, job_id: UUID) -> Any:
    """The row of an import, for whoever started it and for those who see every such record."""
    row = await transaction.row(select(import_job).where(import_job.c.id == job_id))
    if row is None or not _may_see(policy, actor, row):
        raise NotFound("There is no such import.")
    return row


def _may_see(policy: Policy, actor: Actor, row: Any) -> bool:
    """The lines hold every field of every record, so nothing may be hidden from who reads them."""
    if row.importer_id == actor.person_id:
        return True
    permit = policy.permit(actor, row.entity)
    return not permit.hidden and "view_all" in permit.rights


async def reported(transaction: Transaction, row: Any) -> pb.Import:
    """An import with its counts."""
    per_state = (
        select(import_line.c.state, func.count())
        .where(import_line.c.job_id == row.id)
        .group_by(import_line.c.state)
    )
    counts = {row[0]: int(row[1]) for row in await transaction.rows(per_state)}
    settled = sum(number for state, number in counts.items() if state != "waiting")
    taken: Any = {state: counts.get(state, 0) for state in STATES[1:]}
    return pb.Import(
        id=str(row.id),
        entity=row.entity,
        file_name=row.file_name,
        state=row.state,
        lines=row.lines,
        settled=settled,
        error=row.error,
        dry_run=row.dry_run,
        started_at=_moment(row.started_at),
        ended_at=_moment(row.ended_at),
        ignored=row.ignored,
        retry_of=str(row.retry_of or ""),
        heading=row.heading,
        delimiter=row.delimiter,
        encoding=row.encoding,
        sheet=row.guessed.get("sheet", ""),
        empty_words=row.guessed.get("empty_words", ()),
        related=[
            pb.RelatedImport(field=field, import_id=name)
            for field, name in row.plan.get("after", {}).items()
        ],
        guesses=[pb.FormGuess(column=name, **each) for name, each in _forms(row).items()],
        **taken,
    )


def _forms(row: Any) -> dict[str, Any]:
    known: dict[str, Any] = row.guessed.get("forms", {})
    return known


async def lines_page(
    transaction: Transaction, job_id: UUID, request: pb.ImportLinesRequest
) -> pb.ImportLines:
    """A page of lines in the file's order."""
    if request.state and request.state not in STATES:
        raise Invalid(state=f"Choose one of: {', '.join(STATES)}.")
    if request.page_size < 0:
        raise Invalid(page_size=f"Ask for 1 to {_MOST:,} lines.")
    size = min(request.page_size or _PAGE, _MOST)
    lines = select(import_line).where(
        import_line.c.job_id == job_id, import_line.c.number > _after(request.page_token)
    )
    if request.state:
        lines = lines.where(import_line.c.state == request.state)
    if request.numbers:
        lines = lines.where(import_line.c.number.in_(request.numbers))
    rows = await transaction.rows(lines.order_by(import_line.c.number).limit(size + 1))
    token = str(rows[size - 1].number) if len(rows) > size else ""
    page = standard_pb2.Page(next_page_token=token)
    return pb.ImportLines(items=[_line(row) for row in rows[:size]], page=page)


def _after(token: str) -> int:
    if token and not (token.isascii() and token.isdigit() and len(token) <= _LONGEST_TOKEN):
        raise Invalid(page_token="This is no page of an import; begin with the first.")  # noqa: S106 - a token of pages, no secret
    return int(token or 0)


def _line(row: Any) -> pb.ImportLine:
    return pb.ImportLine(
        number=row.number,
        state=row.state,
        record_id=str(row.record_id or ""),
        original=row.original,
        reasons={name: each["why"] for name, each in row.reasons.items()},
        suggestions={name: near for name, each in row.reasons.items() if (near := each["nearest"])},
    )


def _moment(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if value else ""
