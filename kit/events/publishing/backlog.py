"""The backlog of the outbox, measured beside the relay: it is true while the relay hangs, too."""

import asyncio
from typing import Any, NoReturn

from kit.telemetry import metrics
from kit.telemetry.logs import log

_SECONDS = 2.0
_BACKLOG = """
    SELECT count(*) AS pending,
        coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
    FROM outbox WHERE sent_at IS NULL
"""


async def measure_backlog(database: Any) -> NoReturn:
    """Measure until cancelled; every replica sees the same outbox."""
    while True:
        try:
            [backlog] = await database.fetch(_BACKLOG, ())
        except Exception as error:  # noqa: BLE001 - the database may be away for a while
            log.warning("outbox.unmeasured", error=repr(error))
        else:
            metrics.OUTBOX_PENDING.set(backlog["pending"])
            metrics.OUTBOX_OLDEST.set(backlog["oldest"])
        await asyncio.sleep(_SECONDS)
