"""A consumer: one handler's durable, its effects in one transaction with the inbox row."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, NoReturn
from uuid import NAMESPACE_OID, uuid5

import nats.errors
from google.protobuf.message import DecodeError
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo

from kit.events.cancellation import heed_cancellation
from kit.events.consuming import dead_letters
from kit.events.consuming.deliveries import Deliveries
from kit.events.consuming.in_progress import ACK_SECONDS, in_progress
from kit.events.consuming.inbox import handle_once, matter
from kit.events.consuming.listeners import EventInfo, Listener, OpenWork
from kit.events.subjects import event_name, stream_of
from kit.telemetry import metrics, traces
from kit.telemetry.logs import actor_bound, log

DELAYS = (0.2, 1.0, 3.0, 10.0, 20.0)
"""Seconds before an event is tried again; after the last try it is parked."""
_HANDLER_SECONDS = 25.0
_RETURN_SECONDS = 0.5
_SLOWEST_RETURN = 5.0
_SHARED_PENDING = 64
# One pull is good for many events when they come one at a time; else it takes them from others.
_AHEAD, _SHARED_AHEAD = 256, 16
# What comes close together is asked about together: many events then cost little more than one.
_GATHER_SECONDS = 0.2

_TROUBLE = (nats.errors.Error, OSError, TimeoutError)


class ConsumerDiffers(RuntimeError):  # noqa: N818 - it says what happened
    """The server keeps a consumer otherwise than asked, as an old one does without a word."""


class Consumer:
    """One handler of one service, consuming its subject from the beginning, each event once."""

    def __init__(
        self,
        service: str,
        listener: Listener[Any],
        connection: Client,
        open_work: OpenWork,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self.name = f"{service}_{listener.name}"
        self.stream = stream_of(listener.subject)
        self.listener = listener
        self.caught_up = asyncio.Event()
        self._open_work = open_work
        self._delays = tuple(delays)
        self._nats = connection
        self._jetstream = JetStreamContext(connection, timeout=2)
        for outcome in ("ok", "duplicate", "retry", "parked"):
            self._count(event_name(listener.subject), outcome, 0)
        metrics.DEAD_LETTERS_TOTAL.labels(self.name).inc(0)

    async def run(self) -> NoReturn:
        """Listen until cancelled; a server or stream that is gone is waited for."""
        wait, ahead = _RETURN_SECONDS, self._ahead()
        while True:
            heed_cancellation()
            try:
                await self.declare()
                wait = _RETURN_SECONDS
                async with Deliveries(self._nats, self.stream, self.name, ahead) as deliveries:
                    await self._listen(deliveries)
            except _TROUBLE as error:
                log.warning("consumer.interrupted", consumer=self.name, error=repr(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, _SLOWEST_RETURN)

    def _ahead(self) -> int:
        if self.listener.asks_together:
            return _SHARED_PENDING
        return _AHEAD if self.listener.in_order else _SHARED_AHEAD

    async def declare(self) -> ConsumerInfo:
        """Make the durable or bring it to what is asked, and note whether all is handled already."""
        asked = self._config()
        found = await self._jetstream.add_consumer(self.stream, asked)
        for name in ("filter_subject", "ack_policy", "ack_wait", "max_ack_pending"):
            if getattr(found.config, name) != getattr(asked, name):
                raise ConsumerDiffers(f"{self.name}: the server keeps another {name}.")
        self._look(found)
        return found

    def _config(self) -> ConsumerConfig:
        return ConsumerConfig(
            # With the name set as well, the create subject names the consumer, as permissions need.
            name=self.name,
            durable_name=self.name,
            filter_subject=self.listener.subject,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_SECONDS,
            # One at a time over all replicas is what keeps a record's events in their order,
            # even while one of them waits for its next try.
            max_ack_pending=1 if self.listener.in_order else _SHARED_PENDING,
        )

    def _look(self, info: ConsumerInfo) -> None:
        if not info.num_pending and not info.num_ack_pending:
            self.caught_up.set()
        metrics.CONSUMER_PENDING.labels(self.stream, self.name).set(info.num_pending or 0)
        metrics.CONSUMER_ACK_PENDING.labels(self.stream, self.name).set(info.num_ack_pending or 0)
        metrics.CONSUMER_REDELIVERED.labels(self.stream, self.name).set(info.num_redelivered or 0)

    async def measure(self) -> None:
        """Ask the server how far this consumer is."""
        self._look(await self._jetstream.consumer_info(self.stream, self.name))

    async def _listen(self, deliveries: Deliveries) -> None:
        while True:
            heed_cancellation()
            metrics.CONSUMER_HEARTBEAT.labels(self.name).set_to_current_time()
            message = await deliveries.next()
            if message is not None and self.listener.asks_together:
                await self._handle_together([message, *deliveries.come()])
            elif message is not None:
                await self._handle(message)
            elif not self.caught_up.is_set():
                await self.measure()

    async def _handle_together(self, messages: list[Msg]) -> None:
        """Settle at once what does not matter; what does goes one by one, in its order."""
        is_full = len(messages) == _SHARED_PENDING
        with in_progress(messages):
            if len(messages) > 1:
                messages[:] = await self._settle(messages)
            while messages:
                await self._handle(messages.pop(0))
        if not self.caught_up.is_set():
            await self.measure()
        if not is_full:
            await asyncio.sleep(_GATHER_SECONDS)

    async def _settle(self, messages: Sequence[Msg]) -> list[Msg]:
        """Acknowledge what does not matter to the handler, and give back the rest."""
        try:
            infos = [_info(message) for message in messages]
            bodies = [message.data for message in messages]
            async with asyncio.timeout(_HANDLER_SECONDS):
                found = await matter(self.name, self.listener, infos, bodies, self._open_work)
        except Exception as error:  # noqa: BLE001 - whichever is at fault fails by itself, one by one
            log.warning("events.unsettled", consumer=self.name, error=repr(error))
            return list(messages)
        for message, info, matters in zip(messages, infos, found, strict=True):
            if not matters:
                self._observe_lag(info)
                await message.ack()
        settled = found.count(False)
        self._count(event_name(self.listener.subject), "ok", settled)
        log.info("events.settled", consumer=self.name, settled=settled, left=found.count(True))
        return [message for message, matters in zip(messages, found, strict=True) if matters]

    async def _handle(self, message: Msg) -> None:
        place = message.metadata
        try:
            info = _info(message)
        except (KeyError, ValueError) as error:
            outcome = await self._malformed(message, error)
        else:
            outcome = await self._traced(message, info)
        # Of several that the server gave, the last may be through before the others are.
        if self.listener.in_order and outcome != "retry" and not place.num_pending:
            self.caught_up.set()

    async def _malformed(self, message: Msg, error: Exception) -> str:
        """Headers do not heal by waiting either; the letter is known by the event's place."""
        place = message.metadata
        event_id = uuid5(NAMESPACE_OID, f"{self.stream}.{place.sequence.stream}")
        info = EventInfo(event_id, message.subject, tries=place.num_delivered or 1)
        outcome = await self._park(message, info, error)
        self._count(event_name(message.subject), outcome)
        return outcome

    async def _traced(self, message: Msg, info: EventInfo) -> str:
        origin = traces.extract(message.headers or {})
        span = traces.span(
            f"process {event_name(info.subject)}",
            traces.SpanKind.CONSUMER,
            parent=origin,
            links=(origin,),
            messaging__system="nats",
            messaging__destination__name=self.stream,
            messaging__consumer__group__name=self.name,
            messaging__message__id=str(info.id),
        )
        with span, actor_bound(self.name, event_id=str(info.id)):
            return await self._measured(message, info)

    async def _measured(self, message: Msg, info: EventInfo) -> str:
        event, began = event_name(info.subject), time.perf_counter()
        self._observe_lag(info)
        outcome = await self._attempt(message, info)
        took = time.perf_counter() - began
        self._count(event, outcome)
        metrics.EVENT_DURATION.labels(self.name, event).observe(took, traces.exemplar())
        log.info(
            "event.handled",
            consumer=self.name,
            subject=info.subject,
            outcome=outcome,
            tries=info.tries,
            duration_ms=round(took * 1000, 2),
        )
        return outcome

    def _observe_lag(self, info: EventInfo) -> None:
        if info.tries == 1:
            age = time.time() - info.time.timestamp()
            metrics.EVENT_LAG.labels(self.name).observe(max(0.0, age), traces.exemplar())

    async def _attempt(self, message: Msg, info: EventInfo) -> str:
        try:
            with in_progress([message]):
                async with asyncio.timeout(_HANDLER_SECONDS):
                    new = await handle_once(
                        self.name, self.listener, info, message.data, self._open_work
                    )
        except asyncio.CancelledError:
            # We are stopping: another replica shall have it now, not when the ack is overdue.
            await message.nak()
            raise
        except DecodeError as error:
            # Bytes do not heal by waiting.
            return await self._park(message, info, error)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is its failure, not ours
            log.warning("event.failed", consumer=self.name, tries=info.tries, exc_info=error)
            if info.tries > len(self._delays):
                return await self._park(message, info, error)
            await message.nak(self._delays[info.tries - 1])
            return "retry"
        await message.ack()
        return "ok" if new else "duplicate"

    async def _park(self, message: Msg, info: EventInfo, error: Exception) -> str:
        letter = dead_letters.Letter.of(self.name, info, message.data, message.headers or {}, error)
        try:
            async with self._open_work(self.name, info) as work:
                await dead_letters.park(work.transaction, letter)
        except Exception as trouble:  # noqa: BLE001 - then the event stays with the server
            log.error("event.not_parked", consumer=self.name, exc_info=trouble)
            await message.nak(self._delays[-1] if self._delays else _RETURN_SECONDS)
            return "retry"
        await message.term()
        metrics.DEAD_LETTERS_TOTAL.labels(self.name).inc()
        log.error("event.parked", consumer=self.name, exc_info=error)
        return "parked"

    def _count(self, event: str, outcome: str, by: int = 1) -> None:
        metrics.EVENTS_PROCESSED.labels(self.name, event, outcome).inc(by)


def _info(message: Msg) -> EventInfo:
    """Read what is known of a message; KeyError or ValueError when its headers are none of ours."""
    tries = message.metadata.num_delivered
    return EventInfo.read(message.subject, message.headers or {}, tries)
