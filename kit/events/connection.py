"""The connection to NATS: it comes back for ever, and never hides that it is gone."""

import random

import nats
from nats.aio.client import Client

from kit.telemetry.logs import log

# A large buffer would take publishes during an outage and lose them with the process.
_PENDING_BYTES = 64 * 1024
_PING_SECONDS = 5


async def connect(url: str, name: str) -> Client:
    """Connect, waiting for a server that is not there yet; `is_connected` is for readiness."""

    async def disconnected() -> None:
        log.warning("nats.disconnected", connection=name)

    async def reconnected() -> None:
        log.info("nats.reconnected", connection=name)

    async def failed(error: Exception) -> None:
        log.warning("nats.error", connection=name, error=repr(error))

    # The client has no jitter of its own: each process gets a pace of its own, so that a
    # restarted server does not meet all of them at one instant.
    pace = 0.1 + random.random() * 0.4  # noqa: S311 - not a secret
    return await nats.connect(
        url,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=pace,
        connect_timeout=2,
        ping_interval=_PING_SECONDS,
        max_outstanding_pings=2,
        pending_size=_PENDING_BYTES,
        disconnected_cb=disconnected,
        reconnected_cb=reconnected,
        error_cb=failed,
    )
