"""Publishes to JetStream what lies in the outbox: a large batch as one, else each record's events in order."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import nats.errors
import orjson
from nats.aio.client import Client

from kit.events.publishing.acknowledgements import Acknowledgements, Outgoing
from kit.events.subjects import event_name, order_key, stream_of
from kit.telemetry import metrics, traces
from kit.telemetry.logs import log

WINDOW = 64
# The server syncs a batch to its disk once, but pays for making it what some fifteen events cost.
LARGE = 24
# How a `traceparent` ends that nobody records; the second bit only says how its id was made.
_UNSAMPLED = ("-00", "-02")


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it lies in the outbox."""

    seq: int
    event_id: str
    subject: str
    body: bytes
    headers: dict[str, str]

    @classmethod
    def read(cls, found: Any) -> "Row":
        """Read what the database gave."""
        headers = orjson.loads(found["headers"])
        return cls(found["seq"], str(found["id"]), found["subject"], found["body"], headers)

    @property
    def key(self) -> str:
        return order_key(self.subject, self.headers.get("ce-subject", ""))

    @property
    def stream(self) -> str:
        return stream_of(self.subject)

    def outgoing(self, spans: ExitStack) -> Outgoing:
        """Give it the form in which it is published, within a span if somebody records its trace."""
        asked = {"Nats-Msg-Id": self.event_id, "Nats-Expected-Stream": self.stream}
        headers = self.headers | asked
        if not headers.get("traceparent", "").endswith(_UNSAMPLED):
            spans.enter_context(self._span())
            traces.inject(headers)
        return Outgoing(self.subject, self.body, headers)

    def _span(self) -> traces.span:
        return traces.span(
            f"send {event_name(self.subject)}",
            traces.SpanKind.PRODUCER,
            parent=traces.extract(self.headers),
            messaging__system="nats",
            messaging__destination__name=self.stream,
            messaging__message__id=self.event_id,
        )


class Publisher:
    """What is published is noted in `places` at once, so that it is known even when the rest fails."""

    def __init__(self, connection: Client) -> None:
        self._acknowledgements = Acknowledgements(connection)

    async def listen(self) -> None:
        """Be ready for what JetStream answers."""
        await self._acknowledgements.listen()

    async def publish(self, rows: Sequence[Row], places: dict[int, int]) -> None:
        """Publish events, in the order of the outbox for each record."""
        if len(rows) >= LARGE and await self._as_one(rows, places):
            return
        window = asyncio.Semaphore(WINDOW)
        async with asyncio.TaskGroup() as group:
            for queue in _queues(rows):
                group.create_task(self._in_order(queue, places, window))

    async def _as_one(self, rows: Sequence[Row], places: dict[int, int]) -> bool:
        # What goes to two streams cannot be one, nor can its order be kept by each for itself.
        if len({row.stream for row in rows}) > 1:
            return False
        try:
            with ExitStack() as spans:
                last = await self._acknowledgements.publish_all(
                    [row.outgoing(spans) for row in rows]
                )
        except nats.errors.Error as refusal:
            # All or none: one that was published before, or cannot be, must not hold up the others.
            log.info("batch.divided", events=len(rows), error=repr(refusal))
            return False
        for place, row in enumerate(rows, start=last - len(rows) + 1):
            places[row.seq] = place
            metrics.OUTBOX_PUBLISHED.labels(event_name(row.subject)).inc()
        return True

    async def _in_order(
        self, queue: list[Row], places: dict[int, int], window: asyncio.Semaphore
    ) -> None:
        """Publish the events of one record; the first that fails holds back those behind it."""
        for row in queue:
            try:
                async with window:
                    with ExitStack() as spans:
                        places[row.seq] = await self._acknowledgements.publish(row.outgoing(spans))
            except (nats.errors.Error, OSError) as error:
                metrics.OUTBOX_FAILURES.labels(event_name(row.subject)).inc()
                log.warning("event.unpublished", subject=row.subject, error=repr(error))
                return
            metrics.OUTBOX_PUBLISHED.labels(event_name(row.subject)).inc()


def _queues(rows: Iterable[Row]) -> Iterable[list[Row]]:
    queues: dict[str, list[Row]] = {}
    for row in rows:
        queues.setdefault(row.key, []).append(row)
    return queues.values()
