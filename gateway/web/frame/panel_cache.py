"""The last good copy of each person's panels, shown greyed while a service is stopped."""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

# Older copies would no longer be what the person may see.
KEPT_SECONDS = 900
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A panel as it was."""

    html: str
    made: float

    @property
    def minutes(self) -> int:
        return int((monotonic() - self.made) // 60)


class PanelCache:
    """Copies by person and panel; the oldest go first."""

    def __init__(self) -> None:
        self._copies: OrderedDict[tuple[str, str], Copy] = OrderedDict()

    def put(self, person: str, panel: str, html: str) -> None:
        self._copies[person, panel] = Copy(html, monotonic())
        self._copies.move_to_end((person, panel))
        if len(self._copies) > MOST:
            self._copies.popitem(last=False)

    def take(self, person: str, panel: str) -> Copy | None:
        found = self._copies.get((person, panel))
        return found if found and monotonic() - found.made < KEPT_SECONDS else None
