"""Compares outbox and stream: PostgreSQL is the truth, and what a stream has lost is published again."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import asyncpg
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from kit.events.streams import declare
from kit.telemetry import metrics
from kit.telemetry.logs import log

_HOUR = 3600.0
_MEASURE_SECONDS = 5.0
_NEARLY_FULL = 0.8

# An event is lost when it was sent before its stream was made, when its place lies beyond the
# stream's end, or when the stream gave its place to a later event (it had gone back in between).
_UNSEND_LOST = """
    WITH sent AS (
        SELECT seq, sent_at, stream_seq FROM outbox
        WHERE sent_at > now() - interval '7 days' AND subject ~ $1
    ), lost AS (
        SELECT seq FROM sent WHERE sent_at < $2 OR stream_seq > $3
        UNION
        SELECT seq FROM (
            SELECT seq, sent_at, max(sent_at) OVER (PARTITION BY stream_seq) AS last FROM sent
        ) AS shared WHERE sent_at < last
    )
    UPDATE outbox SET sent_at = NULL, stream_seq = NULL FROM lost WHERE outbox.seq = lost.seq
"""
_FORGET = """
    DELETE FROM outbox WHERE sent_at < now() - interval '7 days'
"""
# Longer than any stream keeps an event, so that what is delivered again is known again.
_FORGET_HANDLED = """
    DELETE FROM inbox WHERE handled_at < now() - interval '60 days'
"""


class Housekeeping:
    """What the active relay does beside relaying; it is due at the start, hourly, and on return."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        jetstream: JetStreamContext,
        streams: Iterable[StreamConfig],
    ) -> None:
        self._connection = connection
        self._jetstream = jetstream
        self._streams = list(streams)
        self._clock = asyncio.get_running_loop().time
        self._reconcile_at = self._clock()
        self._measure_at = self._clock()
        self._reconnects = -1

    async def when_due(self, reconnects: int) -> None:
        """Do what is due; a server that went away may have come back with less."""
        now = self._clock()
        if now >= self._reconcile_at or reconnects != self._reconnects:
            await self._reconcile()
            self._reconnects, self._reconcile_at = reconnects, now + _HOUR
        if now >= self._measure_at:
            await self._measure()
            self._measure_at = now + _MEASURE_SECONDS

    async def _reconcile(self) -> None:
        for stream in self._streams:
            await self._restore(stream)
        await self._connection.execute(_FORGET, timeout=60)
        await self._connection.execute(_FORGET_HANDLED, timeout=60)

    async def _restore(self, stream: StreamConfig) -> None:
        info = await declare(self._jetstream, stream)
        made = info.created or datetime.min.replace(tzinfo=UTC)
        done = await self._connection.execute(
            _UNSEND_LOST, _pattern(stream), made, info.state.last_seq, timeout=60
        )
        restored = int(done.rpartition(" ")[2])
        if restored:
            metrics.OUTBOX_RESTORED.labels(stream.name).inc(restored)
            log.warning("stream.restored", stream=stream.name, events=restored)

    async def _measure(self) -> None:
        for stream in self._streams:
            info = await self._jetstream.stream_info(str(stream.name))
            metrics.STREAM_BYTES.labels(stream.name).set(info.state.bytes)
            metrics.STREAM_LIMIT.labels(stream.name).set(info.config.max_bytes or 0)
            metrics.STREAM_MESSAGES.labels(stream.name).set(info.state.messages)
            if info.config.max_bytes and info.state.bytes > _NEARLY_FULL * info.config.max_bytes:
                await self._make_room(str(stream.name))

    async def _make_room(self, stream: str) -> None:
        """Let go of what all have handled; a full stream would refuse until it is a month old."""
        known = await self._jetstream.consumers_info(stream)
        handled = [each.ack_floor.stream_seq for each in known if each.ack_floor]
        if handled and (everybody := min(handled)):
            await self._jetstream.purge_stream(stream, seq=everybody + 1)
            log.warning("stream.nearly_full", stream=stream, let_go_up_to=everybody)


def _pattern(stream: StreamConfig) -> str:
    """Turn the stream's one subject filter into a regular expression of PostgreSQL."""
    subject = (stream.subjects or [""])[0]
    words = subject.replace(".", r"\.").replace("*", r"[^.]+").replace(">", ".+")
    return f"^{words}$"
