"""What every form of a file does: it begins, takes records, and ends, and gives bytes at each step."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack

from kit.errors import Problem
from kit.exporting.columns import Columns, Entry


class Form(ABC):
    """One file on its way out."""

    ending: Sequence[bytes] = ()

    def __init__(self, columns: Columns, headings: list[str]) -> None:
        self.columns, self.headings = columns, headings

    async def begin(self, stack: AsyncExitStack) -> bytes:  # noqa: ARG002 - who holds something open puts it there
        """What stands before all records."""
        return b""

    @abstractmethod
    async def add(self, entries: Iterable[Entry]) -> bytes:
        """What is to be sent when these records are in."""

    async def end(self) -> AsyncIterator[bytes]:
        """What is to be sent when all of them are."""
        for piece in self.ending:
            yield piece

    def broken(self, problem: Problem) -> bytes:  # noqa: ARG002 - few forms have a place for it
        """What may be said in the file itself when it ends early."""
        return b""
