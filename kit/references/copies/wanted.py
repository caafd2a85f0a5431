"""References whose copies are wanted soon: nobody asked yet, or another than the owner published them."""

import asyncio
from collections.abc import Iterable

from kit.references.access import Name

_MOST = 10_000


class Unknown:
    """The names that wait in this process; what is lost with it, the next round of adopting finds."""

    def __init__(self) -> None:
        self._names: set[Name] = set()
        self._noted = asyncio.Event()

    def note(self, names: Iterable[Name]) -> None:
        """Has these asked for in a moment, many at once."""
        self._names.update(names)
        if len(self._names) > _MOST:
            self._names.clear()
        self._noted.set()

    async def wait(self) -> None:
        """Until there are some."""
        await self._noted.wait()

    def take(self) -> list[Name]:
        """All that wait, which do not wait any more."""
        names, self._names = sorted(self._names), set()
        self._noted.clear()
        return names
