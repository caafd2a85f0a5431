"""The lease by which one replica of a service acts and the others wait to take over."""

import zlib
from types import TracebackType
from typing import Self

import asyncpg

# A dead replica's session must not hold the lease until the kernel's two hours are over.
_KEEPALIVES = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


class Lease:
    """A session-level advisory lock on a connection of its own, gone when the connection is."""

    def __init__(self, database_url: str, name: str) -> None:
        self._url = database_url
        self._key = zlib.crc32(name.encode())
        self._name = name

    async def __aenter__(self) -> Self:
        self.connection = await asyncpg.connect(
            self._url,
            timeout=5,
            command_timeout=10,
            server_settings=_KEEPALIVES | {"application_name": self._name},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        # Ended rather than unlocked: the lock must go even when the connection hangs.
        self.connection.terminate()

    async def taken(self) -> bool:
        """Try to take it; ask again later, since a blocked session would hold back vacuum."""
        return bool(await self.connection.fetchval("SELECT pg_try_advisory_lock($1)", self._key))
