"""The call being served: what its metadata said, ambient while it lasts."""

import time
from contextvars import ContextVar
from dataclasses import dataclass

CONTEXT = "rapport-context"
VIEW = "rapport-view"
KEY = "idempotency-key"
DUPLICATES = "rapport-allow-duplicates"
REFERENCES = "rapport-references-bin"
PROBLEM = "rapport-problem-bin"

DEFAULT_SECONDS = 10.0
RESERVE_SECONDS = 0.02
# gRPC compresses a timeout into one that it sent before if that is at most 3 % longer, and rounds up;
# a reserve within that would not survive the wire.
RESERVE_SHARE = 0.05
LEAST_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Call:
    """How the caller wants to be answered, and until when."""

    method: str = ""
    json: bool = False
    idempotency_key: str = ""
    allows_duplicates: bool = False
    """Whether the caller means another record where a rule would refuse it as the same."""
    brought: bytes = b""
    """What a calling service tells of its own records, so that it need not be asked back."""
    deadline: float = float("inf")

    def seconds_left(self) -> float:
        """What a further call may take, with a little kept back for the reply."""
        left = min(self.deadline - time.monotonic(), DEFAULT_SECONDS)
        return left - max(RESERVE_SECONDS, left * RESERVE_SHARE)


_current: ContextVar[Call] = ContextVar("call", default=Call())  # noqa: B039 - it is immutable


def current() -> Call:
    """The call being served."""
    return _current.get()


def serves(call: Call) -> None:
    """Names the call for the rest of this task."""
    _current.set(call)
