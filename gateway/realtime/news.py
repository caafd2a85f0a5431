"""News of inboxes on their way to open browsers, as server-sent events: a number, and never of what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
from crm.scheduling.v1.notifications_pb2 import InboxChanged
from nats.aio.msg import Msg
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Scope

from gateway.access import PolicyFollower
from gateway.authentication.admission import Admission
from gateway.authentication.callers import caller_of
from gateway.config import Settings
from gateway.realtime.listeners import Ending, Listener, Listeners
from kit.errors import Anonymous, Problem, Unavailable

SUBJECT = "crm.scheduling.inbox.changed"
# Proxies end what has been silent for long, and whoever left is noticed by the next word.
_SILENCE_SECONDS = 20.0
# What ends a stream is heard of at once; this is for news that got lost.
_ASK_AGAIN_ROUNDS = 3
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass
class News:
    """The open streams of this process, behind one subscription."""

    settings: Settings
    admission: Admission
    follower: PolicyFollower

    def __post_init__(self) -> None:
        self.listeners = Listeners(self.follower.policy, self.settings.live_per_person)

    async def listen(self) -> None:
        """Hears of inboxes, and of what ends the right to be told."""
        await self.follower.nats.listen(SUBJECT, self._inbox_changed)
        self.admission.sessions.observers.append(self._access_ended)
        self.admission.tokens.observers.append(self._access_ended)
        self.follower.observers.append(self.listeners.judge)

    def close(self) -> None:
        """Ends all streams, so that nobody waits for them when the process is to stop."""
        for listener in self.listeners:
            listener.end(Ending.over())

    async def stream(self, request: Request, unread: int) -> Response:
        """The stream of whoever is calling, which begins with how the inbox stands."""
        caller = caller_of(request.scope)
        if caller is None:
            raise Anonymous
        listener = self.listeners.add(caller)
        listener.offer(_frame(unread))
        frames = self._frames(request.scope, listener)
        return StreamingResponse(frames, headers=_HEADERS, media_type="text/event-stream")

    async def _inbox_changed(self, message: Msg) -> None:
        told = InboxChanged.FromString(message.data)
        for listener in self.listeners:
            if listener.actor.name == told.person_id:
                listener.offer(_frame(told.unread))

    def _access_ended(self, ended: frozenset[str]) -> None:
        self.listeners.end(ended, Ending.over())

    async def _frames(self, scope: Scope, listener: Listener) -> AsyncIterator[str]:
        """What is told until either side has enough."""
        silent = 0
        try:
            while not listener.ended.is_set():
                frame = await _next(listener)
                if frame:
                    yield frame
                    continue
                silent += 1
                if silent % _ASK_AGAIN_ROUNDS == 0 and not await self._still_welcome(scope):
                    return
                yield ":\n\n"
        finally:
            self.listeners.remove(listener)

    async def _still_welcome(self, scope: Scope) -> bool:
        try:
            return await self.admission.admit(scope) is not None
        except Unavailable:
            return True
        except Problem:
            return False


async def _next(listener: Listener) -> str:
    """The next frame; nothing when the stream has ended, or nothing came for a while."""
    async with asyncio.TaskGroup() as group:
        frame = group.create_task(listener.frames.get())
        ended = group.create_task(listener.ended.wait())
        both = (frame, ended)
        await asyncio.wait(both, timeout=_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        told = frame.result() if frame.done() else ""
        for each in both:
            each.cancel()
    return told


def _frame(unread: int) -> str:
    return f"data: {orjson.dumps({'unread': unread}).decode()}\n\n"
