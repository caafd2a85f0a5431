"""Names of records that wait to be looked after soon.

Those whose copies are wanted, because nobody asked yet or another than the owner published them; and those
that were merged, or are apart again, since what names them follows.
"""

import asyncio
from collections.abc import Iterable

from kit.references.access import Name

_MOST = 10_000


class Waiting:
    """The names that wait in this process; what is lost with it, the next start finds."""

    def __init__(self) -> None:
        self._names: set[Name] = set()
        self._noted = asyncio.Event()

    def note(self, names: Iterable[Name]) -> None:
        """Has these looked after in a moment, many at once."""
        self._names.update(names)
        if len(self._names) > _MOST:
            self._names.clear()
        if self._names:
            self._noted.set()

    async def wait(self) -> None:
        """Until there are some."""
        await self._noted.wait()

    def take(self) -> list[Name]:
        """All that wait, which do not wait any more."""
        names, self._names = sorted(self._names), set()
        self._noted.clear()
        return names
