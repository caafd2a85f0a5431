"""Stores that hang: there, and answering nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from cli.components.component import Component


@contextmanager
def hung(store: Component) -> Iterator[None]:
    """All processes of a store are stopped (SIGSTOP) while the block lasts."""
    assert store.process is not None
    first = psutil.Process(store.process.pid)
    stopped = [first, *first.children(recursive=True)]
    for each in stopped:
        each.suspend()
    try:
        yield
    finally:
        for each in reversed(stopped):
            each.resume()
