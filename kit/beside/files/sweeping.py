"""Bytes that are nobody's are erased: uploads that broke off, and versions whose file is gone."""

from typing import Any

from sqlalchemy import func, select

from kit.beside.files.store import store_of
from kit.beside.files.tables import file, file_version, loose_content
from kit.records.process import Process
from kit.telemetry import metrics

_AT_ONCE = 20
_DUE = (
    select(loose_content.c.id)
    .where(loose_content.c.due_at <= func.now())
    .order_by(loose_content.c.due_at)
    .limit(_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_TAKEN = (
    select(file.c.entity, func.sum(file_version.c.size).label("bytes"))
    .join_from(file, file_version)
    .group_by(file.c.entity)
)


async def sweep_files(process: Process) -> None:
    """Erases what is due; replicas share the work, each takes what is free."""
    while await _swept(process) == _AT_ONCE:
        pass


async def _swept(process: Process) -> int:
    """The line goes in the transaction that holds it, so that nobody claims what is being erased."""
    settings: Any = process.settings
    async with process.database.transaction() as transaction:
        due = await transaction.values(_DUE)
        for content_id in due:
            await store_of(settings, process.name).erase(content_id)
            gone = loose_content.delete().where(loose_content.c.id == content_id)
            await transaction.count(gone)
    metrics.FILES_ERASED.inc(len(due))
    return len(due)


async def measure_files(process: Process) -> None:
    """How much room files take, for those who run the system."""
    for row in await process.database.rows(_TAKEN):
        metrics.FILE_BYTES.labels(row.entity).set(int(row.bytes))
