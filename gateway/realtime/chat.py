"""Chat messages on their way to open browsers: decoded once, encoded once for all who see the same of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crm.chat.v1 import events_pb2
from nats.aio.msg import Msg
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.access import READ_SCOPE, WRITE_SCOPE, PolicyFollower
from gateway.authentication.admission import Admission
from gateway.authentication.callers import Caller
from gateway.config import Settings
from gateway.middleware.csrf import require_own_origin
from gateway.realtime.frames import Frames
from gateway.realtime.listeners import Ending, Listener, Listeners
from kit.actor import Actor
from kit.errors import Anonymous, Denied, Problem, Unavailable

SUBJECT = "crm.chat.message.posted"
_MESSAGE, _ROOM = "chat.Message", "chat.Room"
_STANDS_FOR = {
    **{name: (_MESSAGE, name) for name in ("room_id", "author_id", "text", "sent_at", "sequence")},
    "room_kind": (_ROOM, "kind"),
    "member_ids": (_ROOM, "member_ids"),
}
# What ends a socket is heard of at once; this is for news that got lost.
_ASK_AGAIN_SECONDS = 60.0


@dataclass
class Chat:
    """The listeners of this process, behind one subscription."""

    settings: Settings
    admission: Admission
    follower: PolicyFollower

    def __post_init__(self) -> None:
        self.listeners = Listeners(self.follower.policy, self.settings.live_per_person)

    async def listen(self) -> None:
        """Hears messages, and what ends the right to hear them."""
        await self.follower.nats.listen(SUBJECT, self._message_posted)
        self.admission.sessions.observers.append(self._access_ended)
        self.admission.tokens.observers.append(self._access_ended)
        self.follower.observers.append(self.listeners.judge)

    async def _message_posted(self, message: Msg) -> None:
        posted = events_pb2.MessagePosted.FromString(message.data)
        members = frozenset(posted.member_ids)
        frames = Frames("message", posted, _STANDS_FOR, self.follower.policy)
        for listener in self.listeners:
            if self._may_hear(listener.actor, members):
                listener.offer(frames.of(listener.actor))

    def _may_hear(self, actor: Actor, members: frozenset[str]) -> bool:
        """Even what everybody is told is only for those who may see messages at all."""
        meant = not members or actor.name in members
        return meant and "view" in self.follower.policy.permit(actor, _MESSAGE).rights

    def _access_ended(self, ended: frozenset[str]) -> None:
        """Sessions, grants or tokens are over, and so is what was opened with them."""
        self.listeners.end(ended, Ending.over())

    async def serve(self, socket: WebSocket) -> None:
        """Serves one browser until it leaves, may no longer listen, or does not keep up."""
        try:
            caller = await self._admitted(socket)
            listener = self.listeners.add(caller)
        except Problem as problem:
            # Accepted first, because a browser cannot read why a handshake was refused.
            await socket.accept()
            await Ending.of(problem).close(socket)
            return
        try:
            await socket.accept()
            await self._first_of(socket, listener)
        finally:
            self.listeners.remove(listener)

    async def _first_of(self, socket: WebSocket, listener: Listener) -> None:
        """Writes, reads and watches; whichever ends first ends the others."""
        async with asyncio.TaskGroup() as group:
            works: list[Callable[[], Awaitable[None]]] = [
                lambda: _write(socket, listener),
                lambda: _read(socket),
                lambda: self._watch(socket, listener),
                lambda: _end(socket, listener),
            ]
            tasks = [group.create_task(_quietly(work)) for work in works]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def _watch(self, socket: WebSocket, listener: Listener) -> None:
        """Asks again and again whether the caller may still listen."""
        while True:
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            try:
                await self._admitted(socket)
            except Unavailable:
                continue
            except Problem as problem:
                listener.end(Ending.of(problem))

    async def _admitted(self, socket: WebSocket) -> Caller:
        caller = await self.admission.admit(socket.scope)
        if caller is None:
            raise Anonymous("Sign in first.")
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


async def _end(socket: WebSocket, listener: Listener) -> None:
    await listener.ended.wait()
    await listener.ending.close(socket)
