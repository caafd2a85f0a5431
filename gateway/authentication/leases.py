"""Requests that a caller may make without asking Valkey: taken several at once by whoever calls often."""

import time
from collections import OrderedDict
from dataclasses import dataclass

_SECONDS = 1.0
_SHARE = 10
_MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Lease:
    """How many were taken at once, how many of them are left, and until when."""

    size: int
    left: int
    until: float


class Leases:
    """What is left of the requests that this process has taken out of the callers' buckets.

    Whoever calls once in a while takes one request at a time. Whoever uses up what was taken within
    a second takes twice as many the next time, up to a tenth of what a second allows. What is left
    after its second is lost to the caller, so of several gateways each withholds about a tenth.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[str, _Lease] = OrderedDict()

    def take(self, who: str) -> bool:
        """Takes one of those that are left, if there is one."""
        lease = self._valid(who)
        if lease is None or not lease.left:
            return False
        lease.left -= 1
        return True

    def size(self, who: str, rate: float) -> int:
        """How many to take next, the one that is asked for included."""
        lease = self._valid(who)
        if lease is None:
            return 1
        # Of requests that come together each would take so many, and most would be withheld.
        del self._held[who]
        return max(1, min(2 * lease.size, int(rate / _SHARE)))

    def keep(self, who: str, taken: int) -> None:
        """Remembers what was taken, of which one is used at once; another request may have been faster."""
        before = self._valid(who)
        size, left = (before.size, before.left) if before else (0, 0)
        until = time.monotonic() + _SECONDS
        self._held[who] = _Lease(max(size, taken), left + taken - 1, until)
        self._held.move_to_end(who)
        if len(self._held) > _MOST_CALLERS:
            self._held.popitem(last=False)

    def _valid(self, who: str) -> _Lease | None:
        lease = self._held.get(who)
        return lease if lease and lease.until > time.monotonic() else None
