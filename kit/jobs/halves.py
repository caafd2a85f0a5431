"""Many rows in one transaction; when it fails, in halves, so that one bad row takes no other with it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from kit.database.faults import outage
from kit.errors import Busy, Unavailable
from kit.jobs.leases import LeaseLost

R = TypeVar("R")

STOPS = (LeaseLost, Unavailable, Busy)
"""What passes: the job waits for it, or another goes on, and no row is to blame."""


async def in_halves(
    rows: Sequence[R],
    together: Callable[[Sequence[R]], Awaitable[None]],
    alone: Callable[[R, Exception], Awaitable[None]],
) -> None:
    """One transaction; when it fails, two with half of the rows each, down to the one at fault."""
    try:
        await together(rows)
    except STOPS:
        raise
    except Exception as fault:
        if away := outage(fault):
            raise away from fault
        if len(rows) == 1:
            await alone(rows[0], fault)
            return
        half = len(rows) // 2
        await in_halves(rows[:half], together, alone)
        await in_halves(rows[half:], together, alone)
