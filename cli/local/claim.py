"""The claim on RAPPORT_HOME: one supervisor at a time, given up by the kernel if it is killed."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.failure import CommandFailed


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(
                f"A system is running in {path.parent} already: see ./rapport status."
            ) from None
        yield


def is_claimed(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with claimed(path):
            return False
    except CommandFailed:
        return True


def released_within(path: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_claimed(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
