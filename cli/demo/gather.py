"""Does the same for many things, a few at a time."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")

# More at once would only wait for one another's processor.
_AT_ONCE = 4


def each_of(
    things: Iterable[Thing], do: Callable[[Thing], None], at_once: int | None = None
) -> None:
    """The first failure is raised, and what has not begun by then is left out."""
    failed = threading.Event()

    def attempt(thing: Thing) -> None:
        if failed.is_set():
            return
        try:
            do(thing)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(at_once or _AT_ONCE) as threads:
        for _ in threads.map(attempt, things):
            pass
