"""Whether a store that others run answers: asked before anything starts that would wait for it."""

import asyncio
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg

from cli.failure import CommandFailed
from kit.settings import without_password

PATIENCE_SECONDS = 3.0
NATS_PORT, VALKEY_PORT = 4222, 6379


def check(variable: str, url: str) -> None:
    """Stop with a sentence unless the store behind this address answers."""
    try:
        _ASK[variable](url)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as wrong:
        said = str(wrong) or "no answer"
        raise CommandFailed(
            f"{variable} names {without_password(url)}, which does not answer ({said})."
        ) from wrong


def _postgres(url: str) -> None:
    asyncio.run(_signed_in(url))


async def _signed_in(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=PATIENCE_SECONDS)
    await connection.close()


def _nats(url: str) -> None:
    # The server speaks first.
    if not _answer(url, NATS_PORT, b"").startswith(b"INFO "):
        raise OSError("what listens there is no NATS")


def _valkey(url: str) -> None:
    # An error about the password is an answer too; the processes have theirs.
    if _answer(url, VALKEY_PORT, b"PING\r\n")[:1] not in {b"+", b"-"}:
        raise OSError("what listens there is no Valkey")


def _answer(url: str, port: int, said: bytes) -> bytes:
    server = urlsplit(url.split(",", maxsplit=1)[0])
    place = (server.hostname or "", server.port or port)
    with socket.create_connection(place, PATIENCE_SECONDS) as connection:
        connection.sendall(said)
        return connection.recv(4096)


_ASK: dict[str, Callable[[str], None]] = {
    "DATABASE_URL": _postgres,
    "NATS_URL": _nats,
    "REDIS_URL": _valkey,
}
