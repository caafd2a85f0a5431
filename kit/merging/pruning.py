"""Merges are forgotten when they cannot be taken back any more; where ids lead stays in the records."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select

from kit.merging.tables import followed_merge, merge
from kit.records.process import Process

_AT_ONCE = 5_000


async def forget_merges(process: Process) -> None:
    """Takes away what is older than what the bin keeps, some thousands at a time."""
    settings: Any = process.settings
    oldest = datetime.now(UTC) - timedelta(days=settings.bin_days)
    for table in (merge, followed_merge):
        while await _forget(process, table, oldest) == _AT_ONCE:
            pass


async def _forget(process: Process, table: Table, oldest: datetime) -> int:
    old = select(table.c.id).where(table.c.at < oldest).limit(_AT_ONCE)
    async with process.database.transaction() as transaction:
        return await transaction.count(delete(table).where(table.c.id.in_(old)))
