"""What a process says of itself: that it lives, that calls are welcome, and what it does without."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from kit.telemetry import metrics
from kit.telemetry.logs import log

ASK_SECONDS = 2.0
LONGEST_ANSWER = 3.0
OLDEST_ANSWER = 8.0
LONGEST_TURN = 20.0

Ask = Callable[[], Awaitable[bool]]


@dataclass
class Dependency:
    """Something outside, asked again and again, and never waited for longer than a moment."""

    name: str
    """As people call it; its first word, in small letters, is the label of the metric."""
    ask: Ask
    needed: bool = True
    """Whether calls fail without it; else its absence is shown, and nobody turned away for it."""

    def __post_init__(self) -> None:
        self._answered_at = 0.0
        self._answers = True
        self._up = metrics.DEPENDENCY_UP.labels(self.name.lower())
        self._up.set(0)

    async def watch(self) -> NoReturn:
        """Ask until cancelled; an answer that does not come is given up, but not waited for."""
        while True:
            asked = asyncio.ensure_future(self.ask())
            try:
                await self._await_answer(asked)
            finally:
                asked.cancel()
            await asyncio.sleep(ASK_SECONDS)

    async def _await_answer(self, asked: "asyncio.Future[bool]") -> None:
        await asyncio.wait({asked}, timeout=LONGEST_ANSWER)
        while not asked.done():
            self._note(answers=False)
            asked.cancel()
            await asyncio.wait({asked}, timeout=LONGEST_ANSWER)
        self._note(answers=not asked.cancelled() and not asked.exception() and asked.result())

    def _note(self, *, answers: bool) -> None:
        if answers != self._answers:
            log.warning("dependency.changed", dependency=self.name, answers=answers)
        self._answers = answers
        self._up.set(answers)
        if answers:
            self._answered_at = time.monotonic()

    @property
    def missing(self) -> str:
        """What is wrong with it, in a sentence; an old answer is as good as none."""
        if not self._answered_at:
            return f"{self.name} has not answered yet."
        # One answer that fails or is late is no reason to turn everybody away.
        age = time.monotonic() - self._answered_at
        return "" if age < OLDEST_ANSWER else f"{self.name} has not answered for {age:.0f} s."


@dataclass
class Health:
    """Read by probes from another thread, so everything here is known beforehand."""

    dependencies: Sequence[Dependency] = ()
    waiting_for: list[str] = field(default_factory=lambda: ["The process is starting."])
    faults: Callable[[], list[str]] = list
    """What else keeps calls from being answered, asked at every probe."""

    def __post_init__(self) -> None:
        self._turned_at = time.monotonic()

    def unready(self) -> list[str]:
        """Why calls are not welcome."""
        return [*self.waiting_for, *self._missing(needed=True), *self.faults()]

    def without(self) -> list[str]:
        """What is away and can be done without."""
        return self._missing(needed=False)

    def _missing(self, *, needed: bool) -> list[str]:
        asked = [each for each in self.dependencies if each.needed is needed]
        return [each.missing for each in asked if each.missing]

    def stalled(self) -> list[str]:
        """Why the process should be ended: its loop has not turned. No dependency has a say."""
        still = time.monotonic() - self._turned_at
        return [] if still < LONGEST_TURN else [f"The event loop has not turned for {still:.0f} s."]

    async def turn(self) -> NoReturn:
        """Show that the loop turns."""
        while True:
            self._turned_at = time.monotonic()
            await asyncio.sleep(1)
