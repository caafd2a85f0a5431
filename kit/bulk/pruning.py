"""Bulks are forgotten when the bin would be emptied of what they deleted; until then there is a way back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from kit.bulk.tables import bulk_job
from kit.records.process import Process

_AT_ONCE = 20
_OLD = select(bulk_job.c.id).where(bulk_job.c.ended_at < bindparam("oldest")).limit(_AT_ONCE)
_FORGET = delete(bulk_job).where(bulk_job.c.id.in_(_OLD))


async def forget_bulks(process: Process) -> None:
    """Takes away the bulks that ended too long ago, with their rows, some at a time."""
    settings: Any = process.settings
    oldest = datetime.now(UTC) - timedelta(days=settings.bin_days)
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        async with process.database.transaction() as transaction:
            gone = await transaction.count(_FORGET, oldest=oldest)
