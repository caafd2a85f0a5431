"""How the statements of references run: on whichever connection holds the transaction at hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

DATABASE_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What a statement raises whose database is away, full or at odds with another one for a moment."""

Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Runs a statement with its arguments and gives its rows."""


def on(connection: Any) -> Fetch:
    """Runs statements on one connection of the driver."""

    async def fetch(text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        rows: Sequence[Any] = await connection.fetch(text, *arguments)
        return rows

    return fetch
