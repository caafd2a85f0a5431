"""Chat messages on their way to open browsers: decoded once, encoded once, written to many."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from crm.chat.v1 import events_pb2
from nats.aio.msg import Msg
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.access import READ_SCOPE, WRITE_SCOPE
from gateway.config import Settings
from gateway.middleware.entrance import Entrance
from gateway.middleware.forgery import require_own_origin
from gateway.oauth.callers import Caller
from kit.access import Policy
from kit.actor import Actor
from kit.errors import Denied, Problem, Unavailable
from kit.events.connection import Connection
from kit.wire.plain import plain

PATH = "/api/v1/chat/live"
SUBJECT = "crm.chat.message.posted"
_ENTITY = "chat.Message"
_ASK_AGAIN_SECONDS = 60.0
_WAITING = 100
_NOT_ALLOWED, _TOO_SLOW = 4401, 4408


@dataclass(eq=False)
class Listener:
    """One open socket; frames wait here, so that a slow reader holds up nobody else."""

    actor: Actor
    frames: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue(_WAITING))
    overrun: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, frame: str) -> None:
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.overrun.set()


@dataclass
class Chat:
    """The listeners of this process, behind one subscription."""

    settings: Settings
    entrance: Entrance
    nats: Connection
    policy: Policy
    listeners: set[Listener] = field(default_factory=set)

    async def listen(self) -> None:
        await self.nats.listen(SUBJECT, self._heard)

    def route(self) -> WebSocketRoute:
        return WebSocketRoute(PATH, self._live)

    async def _heard(self, message: Msg) -> None:
        posted = events_pb2.MessagePosted.FromString(message.data)
        members = frozenset(posted.member_ids)
        frame = orjson.dumps({"message": plain(posted)}).decode()
        for listener in self.listeners:
            if self._may_hear(listener.actor, members):
                listener.offer(frame)

    def _may_hear(self, actor: Actor, members: frozenset[str]) -> bool:
        """Even what everybody is told is only for those who may see messages at all."""
        meant = not members or actor.name in members
        return meant and "view" in self.policy.rights(actor, _ENTITY)

    async def _live(self, socket: WebSocket) -> None:
        """Serves one browser until it leaves, may no longer listen, or does not keep up."""
        try:
            caller = await self._admitted(socket)
        except Problem as problem:
            # Accepted first, because a browser cannot read why a handshake was refused.
            await socket.accept()
            await socket.close(_NOT_ALLOWED, problem.message[:120])
            return
        await socket.accept()
        listener = Listener(caller.actor)
        self.listeners.add(listener)
        try:
            await self._first_of(socket, listener)
        finally:
            self.listeners.discard(listener)

    async def _first_of(self, socket: WebSocket, listener: Listener) -> None:
        """Writes, reads and watches; whichever ends first ends the others."""
        async with asyncio.TaskGroup() as group:
            works: list[Callable[[], Awaitable[None]]] = [
                lambda: _write(socket, listener),
                lambda: _read(socket),
                lambda: self._watch(socket),
                lambda: _overrun(socket, listener),
            ]
            tasks = [group.create_task(_quietly(work)) for work in works]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def _watch(self, socket: WebSocket) -> None:
        """Asks again and again whether the caller may still listen."""
        while True:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            try:
                await self._admitted(socket)
            except Unavailable:
                continue
            except Problem as problem:
                await socket.close(_NOT_ALLOWED, problem.message[:120])
                return

    async def _admitted(self, socket: WebSocket) -> Caller:
        caller = await self.entrance.admit(socket.scope)
        if caller is None:
            raise Denied("Sign in first.")
        if caller.by_cookie:
            require_own_origin(socket.scope, self.settings)
        if not caller.actor.scopes & {READ_SCOPE, WRITE_SCOPE}:
            raise Denied(f"The access token lacks the scope {READ_SCOPE!r}.")
        return caller


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    """The other side may leave at any moment; that is how most conversations end."""
    try:
        await work()
    except (WebSocketDisconnect, RuntimeError):
        return


async def _write(socket: WebSocket, listener: Listener) -> None:
    while True:
        await socket.send_text(await listener.frames.get())


async def _read(socket: WebSocket) -> None:
    """Nothing is expected; reading is how one learns that the browser left."""
    while True:
        await socket.receive_text()


async def _overrun(socket: WebSocket, listener: Listener) -> None:
    await listener.overrun.wait()
    await socket.close(_TOO_SLOW, "Too slow; load the messages anew.")
