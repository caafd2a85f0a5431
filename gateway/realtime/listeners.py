"""Who listens: open sockets by person, how many one person may have, and what ends them."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from starlette.websockets import WebSocket

from gateway.authentication.callers import Caller
from kit.access import Policy
from kit.actor import Actor
from kit.errors import Busy, Problem

NOT_ALLOWED, TOO_SLOW, TOO_MANY = 4401, 4408, 4429
_WAITING = 100


@dataclass(frozen=True)
class Ending:
    """Why a socket is closed, as browsers and programs read it (RFC 6455, 7.4.2)."""

    code: int
    reason: str

    @classmethod
    def over(cls) -> Self:
        return cls(NOT_ALLOWED, "The session is over; sign in again.")

    @classmethod
    def of(cls, problem: Problem) -> Self:
        code = TOO_MANY if isinstance(problem, Busy) else NOT_ALLOWED
        # A reason has at most 123 bytes.
        return cls(code, problem.message.encode()[:120].decode(errors="ignore"))

    async def close(self, socket: WebSocket) -> None:
        await socket.close(self.code, self.reason)


@dataclass(eq=False)
class Listener:
    """One open socket; frames wait here, so that a slow reader holds up nobody else."""

    actor: Actor
    proofs: frozenset[str]
    """The session, or the token and its grant, with whose end the socket ends."""
    frames: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue(_WAITING))
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    ending: Ending = field(default_factory=Ending.over)

    def offer(self, frame: str) -> None:
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end(Ending(TOO_SLOW, "Too slow; load the messages anew."))

    def end(self, ending: Ending) -> None:
        if not self.ended.is_set():
            self.ending = ending
            self.ended.set()


class Listeners:
    """All open sockets of this process."""

    def __init__(self, policy: Policy, most: int) -> None:
        self._policy = policy
        self._most = most
        self._all: set[Listener] = set()
        self._open: Counter[UUID | None] = Counter()

    def __iter__(self) -> Iterator[Listener]:
        return iter(self._all)

    def add(self, caller: Caller) -> Listener:
        """One more socket of somebody; Busy when there are enough."""
        person = caller.actor.person_id
        if self._open[person] >= self._most:
            raise Busy(f"You have {self._most} live connections already; close some of them.")
        listener = Listener(caller.actor, caller.proofs)
        self._all.add(listener)
        self._open[person] += 1
        return listener

    def remove(self, listener: Listener) -> None:
        self._all.discard(listener)
        self._open[listener.actor.person_id] -= 1
        self._open += Counter()  # Drops whom nobody listens for any more.

    def end(self, proofs: frozenset[str], ending: Ending) -> None:
        """Ends what was opened with any of these."""
        for listener in self._all:
            if listener.proofs & proofs:
                listener.end(ending)

    def judge(self) -> None:
        """The policy has changed: who is no longer active hears no more; rights are asked per message."""
        people = self._policy.organisation.people
        for listener in self._all:
            person = people.get(listener.actor.person_id) if listener.actor.person_id else None
            if person is None or person.status != "active":
                listener.end(Ending.over())
