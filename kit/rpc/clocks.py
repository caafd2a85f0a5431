"""The clocks of the processes: a caller whose clock is off is told so, instead of "sign in first"."""

import time

from kit.errors import Unavailable
from kit.telemetry import metrics
from kit.telemetry.logs import log

TOLERATED_SECONDS = 5.0
# A process that is not ready is asked by nobody, and would never learn that the clock was set.
_BELIEVED_SECONDS = 30.0


class Clocks:
    """How far the clocks of those who call this process are from its own, by their tokens."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._off: dict[str, tuple[float, float]] = {}

    def compare(self, issuer: str, ahead: float) -> None:
        """Takes note of how far an issuer's clock is ahead of ours; refuses what is not tolerable."""
        metrics.CLOCK_SKEW.labels(issuer).set(ahead)
        if abs(ahead) <= TOLERATED_SECONDS:
            self._off.pop(issuer, None)
            return
        self._off[issuer] = ahead, time.monotonic() + _BELIEVED_SECONDS
        metrics.TOKENS_OUT_OF_TIME.labels(issuer).inc()
        log.error("context.out_of_time", issuer=issuer, ahead_seconds=round(ahead, 1))
        raise Unavailable(self._said(issuer, ahead))

    def faults(self) -> list[str]:
        """What readiness has to say of the clocks; it is forgotten when nobody repeats it."""
        off, now = list(self._off.items()), time.monotonic()
        return [self._said(issuer, ahead) for issuer, (ahead, until) in off if until > now]

    def _said(self, issuer: str, ahead: float) -> str:
        where = "ahead of" if ahead > 0 else "behind"
        return (
            f"The clock of {issuer} is {abs(ahead):.0f} s {where} that of {self._name}, "
            f"which refuses its calls; set both by NTP."
        )
