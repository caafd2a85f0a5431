"""Waiting for something to come true that nobody announces."""

import asyncio
from collections.abc import Awaitable, Callable

_LONGEST_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.05


async def until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Looks again and again; what never comes true fails the test by its name."""
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            while not await holds():
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError:
        raise AssertionError(f"Not within {_LONGEST_SECONDS} s: {what}.") from None
