"""Telling JetStream: one inbox takes all acknowledgements, each known by the number in its subject."""

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


class Told(NamedTuple):
    """An event in the form in which it is told."""

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
        await self._nats.subscribe(f"{self._inbox}.*", cb=self._heard)

    async def publish_all(self, events: Sequence[Told]) -> int:
        """Tell several events of one stream, all or none; returns the place of the last."""
        batch = {"Nats-Batch-Id": uuid4().hex}
        *others, last = (
            event._replace(headers=event.headers | batch | {"Nats-Batch-Sequence": str(number)})
            for number, event in enumerate(events, start=1)
        )
        for event in others:
            await self._nats.publish(event.subject, event.body, headers=event.headers)
        last.headers["Nats-Batch-Commit"] = "1"
        return await self.publish(last)

    async def publish(self, event: Told) -> int:
        """Tell one event; returns its place in the stream once that is certain."""
        number, loop = next(self._numbers), asyncio.get_running_loop()
        told: asyncio.Future[int] = loop.create_future()
        self._awaited[number] = told
        overdue = loop.call_later(_SECONDS, _fail, told, nats.errors.TimeoutError())
        try:
            answer = f"{self._inbox}.{number}"
            await self._nats.publish(event.subject, event.body, answer, event.headers)
            return await told
        finally:
            overdue.cancel()
            del self._awaited[number]

    async def _heard(self, message: Msg) -> None:
        told = self._awaited.get(message.subject.rpartition(".")[2])
        # An acknowledgement that comes too late is none: the event will be told again.
        if told is None or told.done():
            return
        try:
            told.set_result(_place(message.headers or {}, message.data))
        except nats.errors.Error as refusal:
            told.set_exception(refusal)


def _fail(told: asyncio.Future[int], error: Exception) -> None:
    if not told.done():
        told.set_exception(error)


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
