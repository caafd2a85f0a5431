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


async def measure_backlog(service: str, database: Any) -> NoReturn:
    """Measure until cancelled; every replica of a service sees the same outbox."""
    pending = metrics.OUTBOX_PENDING.labels(service)
    oldest = metrics.OUTBOX_OLDEST.labels(service)
    while True:
        try:
            [backlog] = await database.fetch(_BACKLOG, ())
        except Exception as error:  # noqa: BLE001 - the database may be away for a while
            log.warning("outbox.unmeasured", error=repr(error))
        else:
            pending.set(backlog["pending"])
            oldest.set(backlog["oldest"])
        await asyncio.sleep(_SECONDS)
