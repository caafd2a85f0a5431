"""Deliveries of one durable: pulled ahead, taken one by one, asked for again after an outage."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from kit.telemetry.logs import log

# A request in flight when the server dies is lost and nobody says so: this bounds the silence.
_PULL_SECONDS = 2.0
_GRACE_SECONDS = 0.25
_TIME_IS_OVER = "408"


class Gone(nats.errors.Error):
    """The server answered a pull with a refusal: the durable or its stream is gone."""


class Deliveries:
    """One standing pull request; with it, the next event comes without asking for it."""

    def __init__(self, connection: Client, stream: str, consumer: str, ahead: int) -> None:
        self._nats = connection
        self._stream = stream
        self._ask = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._ours = f"$JS.ACK.{stream}.{consumer}."
        self._ahead = ahead
        self._wanted = 0
        self._until = 0.0
        self._come: asyncio.Queue[Msg] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._inbox = self._nats.new_inbox()
        # The client's own waiting for one message makes a task and a name for it each time.
        self._subscription: Subscription = await self._nats.subscribe(self._inbox, cb=self._take)
        return self

    async def _take(self, message: Msg) -> None:
        # What is not of our durable on our stream is nobody's event, whoever sent it here.
        if message.reply and not message.reply.startswith(self._ours):
            log.warning("event.not_of_the_stream", stream=self._stream, subject=message.subject)
            return
        self._come.put_nowait(message)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        if not self._nats.is_closed:
            await self._subscription.unsubscribe()

    async def next(self) -> Msg | None:
        """Wait for the next event; None after two seconds in which there was none."""
        clock = asyncio.get_running_loop().time
        if self._wanted <= 0 or clock() >= self._until:
            await self._pull(clock())
        try:
            async with asyncio.timeout_at(max(self._until, clock() + _GRACE_SECONDS)):
                message = await self._come.get()
        except TimeoutError:
            return None
        return self._event(message)

    def come(self) -> list[Msg]:
        """Take the events that are here already, without waiting for any."""
        found = [self._event(self._come.get_nowait()) for _ in range(self._come.qsize())]
        return [each for each in found if each is not None]

    def _event(self, message: Msg) -> Msg | None:
        if message.reply:
            self._wanted -= 1
            return message
        self._end(message.headers or {})
        return None

    async def _pull(self, now: float) -> None:
        request = {"batch": self._ahead, "expires": int(_PULL_SECONDS * 1e9)}
        await self._nats.publish(self._ask, json.dumps(request).encode(), self._inbox)
        self._wanted, self._until = self._ahead, now + _PULL_SECONDS + _GRACE_SECONDS

    def _end(self, headers: Mapping[str, str]) -> None:
        """Take the end of a request: its time was over, or there is nobody to answer it."""
        status = headers.get("Status", "")
        if status != _TIME_IS_OVER:
            raise Gone(f"{status} {headers.get('Description', '')}".strip())
        # It may be the end of an earlier request; only what that one still wanted is off.
        self._wanted -= int(headers.get("Nats-Pending-Messages", self._ahead))
