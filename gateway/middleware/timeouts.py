"""Connections whose requests have to arrive in time, so that nobody holds them open half way.

uvicorn closes a connection that is idle between two requests; one that sends nothing at first, half a
head or half a body it would keep for ever. When each has to be whole is noted as it begins, and one
look a second at all connections ends those that are late: a request pays for three notes of the time.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class ReadTimeouts:
    """Seconds within which a head is whole, a body, and a file that somebody uploads."""

    head: float
    body: float
    file: float
    takes_file: Callable[[str], bool]
    """Whether an address takes files."""

    def of(self, path: str) -> float:
        return self.file if self.takes_file(path) else self.body


class _TimedConnection(HttpToolsProtocol):
    """A connection that knows until when it has to have sent what it is sending."""

    timeouts: ReadTimeouts
    due: float = inf

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(self.timeouts.head)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait(self.timeouts.head)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        # One that becomes a WebSocket has no path here: another protocol takes the connection over.
        self._wait(self.timeouts.of(self.scope.get("path", "")))

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.due = inf

    def _wait(self, seconds: float) -> None:
        self.due = self.loop.time() + seconds


def with_timeouts(timeouts: ReadTimeouts) -> type[HttpToolsProtocol]:
    """The connections of a server that waits so long."""
    return type("TimedConnection", (_TimedConnection,), {"timeouts": timeouts})


async def close_late(connections: Iterable[Any]) -> None:
    """Ends what is late, for as long as the server runs."""
    now = asyncio.get_running_loop().time
    while True:
        for each in [each for each in connections if isinstance(each, _TimedConnection)]:
            if each.due < now():
                each.transport.abort()
        await asyncio.sleep(_LOOK_SECONDS)
