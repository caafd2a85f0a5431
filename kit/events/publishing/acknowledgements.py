"""JetStream's acknowledgements: one inbox takes them all, each known by the number in its subject."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError, NoStreamResponseError

_SECONDS = 2.0
_NOBODY_THERE = "503"


class Outgoing(NamedTuple):
    """An event in the form in which it is published."""

    subject: str
    body: bytes
    headers: dict[str, str]


class Acknowledgements:
    """The client's own request waits with a task and an inbox for each message; this does not."""

    def __init__(self, connection: Client) -> None:
        self._nats = connection
        self._inbox = connection.new_inbox()
        self._numbers = map(str, count(1))
        self._awaited: dict[str, asyncio.Future[int]] = {}

    async def listen(self) -> None:
        """Open the inbox; it outlives every outage of the connection."""
        await self._nats.subscribe(f"{self._inbox}.*", cb=self._on_answer)

    async def publish_all(self, events: Sequence[Outgoing]) -> int:
        """Publish several events of one stream, all or none; returns the place of the last."""
        batch = {"Nats-Batch-Id": uuid4().hex}
        *others, last = (
            event._replace(headers=event.headers | batch | {"Nats-Batch-Sequence": str(number)})
            for number, event in enumerate(events, start=1)
        )
        for event in others:
            await self._nats.publish(event.subject, event.body, headers=event.headers)
        last.headers["Nats-Batch-Commit"] = "1"
        return await self.publish(last)

    async def publish(self, event: Outgoing) -> int:
        """Publish one event; returns its place in the stream once that is certain."""
        number, loop = next(self._numbers), asyncio.get_running_loop()
        acknowledged: asyncio.Future[int] = loop.create_future()
        self._awaited[number] = acknowledged
        overdue = loop.call_later(_SECONDS, _fail, acknowledged, nats.errors.TimeoutError())
        try:
            answer = f"{self._inbox}.{number}"
            await self._nats.publish(event.subject, event.body, answer, event.headers)
            return await acknowledged
        finally:
            overdue.cancel()
            del self._awaited[number]

    async def _on_answer(self, message: Msg) -> None:
        awaited = self._awaited.get(message.subject.rpartition(".")[2])
        # An acknowledgement that comes too late is none: the event will be published again.
        if awaited is None or awaited.done():
            return
        try:
            awaited.set_result(_place(message.headers or {}, message.data))
        except nats.errors.Error as refusal:
            awaited.set_exception(refusal)


def _fail(awaited: asyncio.Future[int], error: Exception) -> None:
    if not awaited.done():
        awaited.set_exception(error)


def _place(headers: Mapping[str, str], body: bytes) -> int:
    """Read where the event stands now; whatever else is said means that it stands nowhere."""
    if headers.get("Status") == _NOBODY_THERE:
        raise NoStreamResponseError
    try:
        answer = orjson.loads(body)
        if "error" in answer:
            raise APIError.from_error(answer["error"])
        return int(answer["seq"])
    except (ValueError, KeyError, TypeError) as error:
        raise nats.errors.Error(f"JetStream answered {body[:100]!r}.") from error
