"""Several questions at once, each answered or failed on its own."""

import asyncio
from collections.abc import Awaitable, Hashable, Mapping
from typing import TypeVar

from kit.errors import Problem, Unavailable

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


async def attempt(work: Awaitable[T], seconds: float = 10.0) -> T | Problem:
    """The answer, or the problem instead of it; too slow is the same as stopped."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return Unavailable()
    except Problem as problem:
        return problem


async def gather(works: Mapping[K, Awaitable[T]], seconds: float = 10.0) -> dict[K, T | Problem]:
    """All answers by name; one that fails leaves the others alone."""
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(attempt(work, seconds)) for name, work in works.items()}
    return {name: task.result() for name, task in tasks.items()}


def answer(outcome: T | Problem) -> T:
    """The answer; raises where there is only a problem."""
    if isinstance(outcome, Problem):
        raise outcome
    return outcome
