"""The process itself: what is running, and whether something blocks its event loop."""

import asyncio
import platform
from typing import NoReturn

from kit.telemetry import metrics


def describe(version: str, commit: str) -> None:
    """Say once which build this is."""
    metrics.BUILD.labels(version, commit, platform.python_version()).set(1)


async def watch_loop(every: float = 0.25) -> NoReturn:
    """Note how late the loop wakes; run it in the process's TaskGroup."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + every
        await asyncio.sleep(every)
        metrics.LOOP_LAG.observe(max(0.0, clock() - due))
