"""The connection to NATS: waited for but not depended on, back for ever, and never hiding that it is gone."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg

from kit.events.subjects import inbox_of
from kit.settings import without_password
from kit.telemetry.logs import log

# A large buffer would take publishes during an outage and lose them with the process.
_PENDING_BYTES = 64 * 1024
_PING_SECONDS = 5
_ANSWER_SECONDS = 2
# Long after the client has taken the silence for a broken connection.
_PING_LOST_SECONDS = 120
_PATIENCE_SECONDS = 3.0

OnMessage = Callable[[Msg], Awaitable[None]]


class Connection(Client):
    """A client on which a process may stand before the server is there."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()
        self._arriving: asyncio.Future[None] | None = None
        self._wanted: list[tuple[str, OnMessage]] = []
        self._pinged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pinged.set_result(None)
        self._pinged_in = -1

    async def open(self, url: str, name: str) -> None:
        """Connect, and go on without a server that lets us wait; it is waited for beside."""
        self._arriving = asyncio.ensure_future(self._arrive(url, name))
        await asyncio.wait({self._arriving}, timeout=_PATIENCE_SECONDS)
        if self._arriving.done():
            self._arriving.result()
        else:
            log.error("nats.unreachable", server=without_password(url), goes_on="without it")

    async def _arrive(self, url: str, name: str) -> None:
        await _connect(self, url, name)
        self.arrived.set()
        for subject, on_message in self._wanted:
            await self.subscribe(subject, cb=on_message)

    async def listen(self, subject: str, on_message: OnMessage) -> None:
        """Subscribe to a subject from now on, or from when the server is there."""
        if self.arrived.is_set():
            await self.subscribe(subject, cb=on_message)
        else:
            self._wanted.append((subject, on_message))

    async def answers(self) -> bool:
        """Whether the server is there and not only its socket."""
        if not self.is_connected:
            return False
        await asyncio.wait({self._ping()}, timeout=_ANSWER_SECONDS)
        return self._pinged.done() and self._pinged.exception() is None

    def _ping(self) -> "asyncio.Future[None]":
        """The ping under way, or a new one.

        None is given up: the client takes the late answer to such a one for an error of the server,
        and breaks the connection off. One that is lost with its connection is followed by another.
        """
        reconnects = self.stats["reconnects"]
        if self._pinged.done() or reconnects != self._pinged_in:
            self._pinged = asyncio.ensure_future(self.flush(_PING_LOST_SECONDS))
            self._pinged.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._pinged_in = reconnects
        return self._pinged

    async def close(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
        self._pinged.cancel()
        await super().close()


async def connect(url: str, name: str) -> Connection:
    """A connection, or the beginning of one: `arrived` says when the server is there."""
    connection = Connection()
    await connection.open(url, name)
    return connection


async def _connect(client: Client, url: str, name: str) -> None:
    said = ""

    async def disconnected() -> None:
        log.warning("nats.disconnected", connection=name)

    async def reconnected() -> None:
        nonlocal said
        said = ""
        log.info("nats.reconnected", connection=name)

    async def failed(error: Exception) -> None:
        nonlocal said
        # The client says it at every attempt; once is enough.
        if repr(error) != said:
            said = repr(error)
            log.warning("nats.error", connection=name, error=said)

    # The client has no jitter of its own: each process gets a pace of its own, so that a
    # restarted server does not meet all of them at one instant.
    pace = 0.1 + random.random() * 0.4  # noqa: S311 - not a secret
    await client.connect(
        url,
        name=name,
        inbox_prefix=inbox_of(name).encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=pace,  # type: ignore[arg-type]  # a fraction of a second is meant as well
        connect_timeout=2,
        ping_interval=_PING_SECONDS,
        max_outstanding_pings=2,
        pending_size=_PENDING_BYTES,
        disconnected_cb=disconnected,
        reconnected_cb=reconnected,
        error_cb=failed,
    )
