"""The relay: publishes what the outbox holds, in order, until JetStream has acknowledged it."""

import asyncio
from collections.abc import Iterable
from typing import NoReturn

import asyncpg
import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from kit.events.cancellation import heed_cancellation
from kit.events.connection import Connection
from kit.events.publishing.lease import Lease
from kit.events.publishing.publisher import Publisher, Row
from kit.events.publishing.reconciliation import Housekeeping
from kit.events.streams import declare
from kit.telemetry.logs import log

BATCH = 256
_POLL_SECONDS = 0.1
_ASK_SECONDS = 2.0
_STANDBY_SECONDS = 1.0
_SLOWEST_RETRY = 5.0
_REST_SECONDS = 0.001
"""For each event published; a slow trickle is never held up by it."""
_LONGEST_REST = 0.03

_UNSENT = """
    SELECT seq, id, subject, body, headers FROM outbox
    WHERE sent_at IS NULL ORDER BY seq LIMIT $1
"""
_SENT = """
    UPDATE outbox SET sent_at = clock_timestamp(), stream_seq = acknowledged.place
    FROM unnest($1::bigint[], $2::bigint[]) AS acknowledged(seq, place)
    WHERE outbox.seq = acknowledged.seq
"""

# What may go wrong outside of us; everything else is a bug and ends the process. asyncpg calls it
# an internal error when its session was ended between two statements.
_TROUBLE = (
    nats.errors.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


class Relay:
    """The one publisher of a service: of all replicas' relays one is active, the others stand by."""

    def __init__(
        self,
        service: str,
        database_url: str,
        connection: Connection,
        streams: Iterable[StreamConfig],
    ) -> None:
        self.service = service
        self.active = asyncio.Event()
        self._database_url = database_url
        self._nats = connection
        self._jetstream = JetStreamContext(connection, timeout=_ASK_SECONDS)
        self._publisher = Publisher(connection)
        self._streams = list(streams)
        self._poked = asyncio.Event()
        self._poke_subject = f"rapport.poke.{service}"

    def poke(self) -> None:
        """Say that something was committed; costs nothing and may be forgotten."""
        self._poked.set()

    async def run(self) -> NoReturn:
        """Relay until cancelled; trouble of the database or of NATS is waited out."""
        await self._nats.arrived.wait()
        await self._nats.subscribe(self._poke_subject, cb=self._on_poke)
        await self._publisher.listen()
        wait = _POLL_SECONDS
        while True:
            heed_cancellation()
            try:
                async with Lease(self._database_url, f"rapport.relay.{self.service}") as lease:
                    await self._stand_by(lease)
                    wait = _POLL_SECONDS
                    await self._relay(lease.connection)
            except _TROUBLE as error:
                log.warning("relay.interrupted", error=repr(error), retry_in=wait)
            finally:
                self.active.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _SLOWEST_RETRY)

    async def _on_poke(self, _: Msg) -> None:
        if self.active.is_set():
            self._poked.set()

    async def _stand_by(self, lease: Lease) -> None:
        while not await lease.taken():
            heed_cancellation()
            if await self._wait(_STANDBY_SECONDS) and self._nats.is_connected:
                await self._nats.publish(self._poke_subject)
        log.info("relay.active")

    async def _relay(self, connection: asyncpg.Connection) -> NoReturn:
        keeping = Housekeeping(connection, self._jetstream, self._streams)
        for stream in self._streams:
            await declare(self._jetstream, stream)
        self.active.set()
        while True:
            heed_cancellation()
            # Cleared before looking, so that a commit during the look is not overlooked.
            self._poked.clear()
            await self._reached()
            await keeping.when_due(self._nats.stats["reconnects"])
            published = await self.publish_batch(connection)
            if published < BATCH:
                # Where much was published more is coming; it gathers meanwhile, and costs less as one.
                await asyncio.sleep(min(published * _REST_SECONDS, _LONGEST_REST))
                await self._wait(_POLL_SECONDS)

    async def _reached(self) -> None:
        """Wait while NATS is away, instead of failing on every event."""
        while not self._nats.is_connected:  # noqa: ASYNC110 - the client has no event to wait for
            await asyncio.sleep(_POLL_SECONDS)

    async def publish_batch(self, connection: asyncpg.Connection) -> int:
        """Publish one batch and mark what was acknowledged; returns how many there were."""
        found = [Row.read(each) for each in await connection.fetch(_UNSENT, BATCH)]
        if not found:
            return 0
        places: dict[int, int] = {}
        try:
            await self._publisher.publish(found, places)
        finally:
            if places:
                await connection.execute(_SENT, list(places), list(places.values()))
        if len(places) < len(found):
            raise nats.errors.Error(f"{len(found) - len(places)} events were not acknowledged.")
        return len(found)

    async def _wait(self, seconds: float) -> bool:
        """Wait for a poke, or until the time is over; says which of them it was."""
        # A timer that pokes costs an idle process a third less than `asyncio.timeout`.
        over = asyncio.get_running_loop().call_later(seconds, self._poked.set)
        try:
            await self._poked.wait()
        finally:
            over.cancel()
        self._poked.clear()
        return asyncio.get_running_loop().time() < over.when()
