"""What the kit keeps for a while only: answers to calls that may be made again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_

from kit.records.process import Process
from kit.records.tables import answered

_AT_ONCE = 5_000


async def forget_answers(process: Process) -> None:
    """Takes away the answers that are too old to be asked for again, some thousands at a time."""
    settings: Any = process.settings
    oldest = datetime.now(UTC) - timedelta(days=settings.answers_days)
    key = tuple_(*answered.primary_key.columns)
    old = select(*answered.primary_key.columns).where(answered.c.at < oldest).limit(_AT_ONCE)
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        async with process.database.transaction() as transaction:
            gone = await transaction.count(delete(answered).where(key.in_(old)))
