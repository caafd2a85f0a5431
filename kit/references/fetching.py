"""How the statements of references run: on whichever connection holds the transaction at hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Runs a statement with its arguments and gives its rows."""


def on(connection: Any) -> Fetch:
    """Runs statements on one connection of the driver."""

    async def fetch(text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        rows: Sequence[Any] = await connection.fetch(text, *arguments)
        return rows

    return fetch
