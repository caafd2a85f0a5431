"""Keeps events while they are handled: the server learns of it, or gives them to another."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from nats.aio.msg import Msg

ACK_SECONDS = 6.0
"""How long the server waits for a sign of life: what a killed process had is delivered again after it."""
_BEAT_SECONDS = 2.0


class in_progress:  # noqa: N801 - a context manager: `with in_progress(messages):`
    """Says every two seconds that what stands in a list is worked on; quick handlers never pay."""

    __slots__ = ("_beating", "_messages", "_timer")

    def __init__(self, messages: Sequence[Msg]) -> None:
        self._messages = messages

    def __enter__(self) -> None:
        self._beating: Any = None
        self._wait()

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        # A beat that cannot be sent is none: then the server gives the event to another, rightly.
        self._beating = [asyncio.ensure_future(each.in_progress()) for each in self._messages]
        for beat in self._beating:
            beat.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._wait()
