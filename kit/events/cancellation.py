"""Stopping a loop for certain."""

import asyncio


def heed_cancellation() -> None:
    """Raise a cancellation that was swallowed further down.

    `asyncio.wait_for` of Python 3.11 returns its result instead when both come at one moment, and
    the NATS client waits with it everywhere; a loop that only awaits might then never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
