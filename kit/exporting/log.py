"""The audit of exports: written before the first byte leaves, settled when the last one has or never will."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.v1 import exports_pb2 as pb
from crm.v1 import standard_pb2
from sqlalchemy import Select, case, func, insert, literal, select, update

from kit.actor import Actor
from kit.entity import Governs
from kit.errors import Invalid
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.subjects import change_subject
from kit.exporting.tables import export_log
from kit.ids import uuid7
from kit.records.process import Process
from kit.rpc.server import LONGEST_STREAM_SECONDS

_PAGE = 50
_log = export_log.c
# Past the longest that one may take, whoever gave it out is no more.
_LOST = _log.ended_at.is_(None) & (
    _log.begun_at < func.now() - timedelta(seconds=LONGEST_STREAM_SECONDS + 60)
)
_STATE = case((_LOST, literal("lost")), else_=_log.state).label("state")
_SHOWN = [_STATE if each.name == "state" else each for each in _log]


async def begun(process: Process, actor: Actor, request: pb.ExportRequest) -> UUID:
    """Writes down that somebody begins to take these rows."""
    values = {
        "id": uuid7(),
        "entity": request.entity,
        "actor": actor.name,
        "format": request.format or "csv",
        "filter": request.filter,
        "search": request.search,
        "order_by": request.order_by,
        "fields": list(request.fields),
        "state": "running",
        "rows": 0,
        "error": "",
    }
    async with process.database.transaction() as transaction:
        await transaction.count(insert(export_log).values(**values))
    return values["id"]  # type: ignore[return-value]  # made two lines above


async def settled(
    process: Process, export_id: UUID, state: str, given: int, fields: Sequence[str], error: str
) -> None:
    """Writes down how it ended, and announces it in the same transaction."""
    ended = update(export_log).where(_log.id == export_id)
    news = {"state": state, "rows": given, "fields": list(fields), "error": error}
    async with process.database.transaction() as transaction:
        changed = ended.values(**news, ended_at=func.now()).returning(export_log)
        entry = _entry(await transaction.row(changed))
        subject = change_subject(f"{process.name}.Export", "ended")
        event = Announcement.under(subject, pb.ExportEnded(id=entry.id, entry=entry))
        told = rows([event], service=process.name, actor=entry.actor)
        await transaction.count(insert_statement, **told)
    process.poke()


async def log_page(process: Process, actor: Actor, request: pb.ExportLogRequest) -> pb.ExportLog:
    """The exports of an entity that somebody may know of, latest first."""
    size = request.page_size or _PAGE
    found: Select[Any] = select(*_SHOWN).where(_log.entity == request.entity)
    if "edit" not in process.policy.permit(actor, Governs.ACCESS).rights:
        found = found.where(_log.actor == actor.name)
    if request.page_token:
        found = found.where(_log.id < _place(request.page_token))
    entries = await process.database.rows(found.order_by(_log.id.desc()).limit(size + 1))
    token = str(entries[size - 1].id) if len(entries) > size else ""
    page = standard_pb2.Page(next_page_token=token)
    return pb.ExportLog(items=map(_entry, entries[:size]), page=page)


def _place(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        told = "This is no page of exports; begin with the first."
        raise Invalid(page_token=told) from wrong


def _entry(row: Any) -> pb.ExportEntry:
    return pb.ExportEntry(
        id=str(row.id),
        entity=row.entity,
        actor=row.actor,
        format=row.format,
        filter=row.filter,
        search=row.search,
        order_by=row.order_by,
        fields=row.fields,
        begun_at=_moment(row.begun_at),
        ended_at=_moment(row.ended_at),
        state=row.state,
        rows=row.rows,
        error=row.error,
    )


def _moment(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if value else ""
