"""Does the same for many things, a few at a time."""

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
    with ThreadPoolExecutor(at_once or _AT_ONCE) as threads:
        under_way = [threads.submit(do, thing) for thing in things]
        try:
            for each in under_way:
                each.result()
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            raise
