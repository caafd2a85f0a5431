"""What the database costs: every statement timed, and in a sampled trace a span of its own."""

import re
import time
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

from kit.telemetry import metrics, traces

_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
# Behind a WITH stands what the statement does: it reads, unless it says otherwise.
_CHANGE = re.compile(r"\b(insert|update|delete)\b", re.IGNORECASE)
# The first table named is the one that a statement is about, also behind a WITH or a subquery.
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?([a-z_]+)\b', re.IGNORECASE)


class _Kind(NamedTuple):
    """What statements of one text have in common."""

    operation: str
    table: str
    duration: Any


def _operation(statement: str) -> str:
    word = _WORD.search(statement)
    if word is None or word[0].upper() != "WITH":
        return word[0].upper() if word else ""
    changing = _CHANGE.search(statement)
    return changing[0].upper() if changing else "SELECT"


@lru_cache(maxsize=4096)
def _kind(statement: str) -> _Kind:
    table = _TABLE.search(statement)
    names = _operation(statement), table[1] if table else ""
    return _Kind(*names, metrics.DB_DURATION.labels(*names))


def observe(statement: str, seconds: float) -> None:
    """Note a statement that has just ended; its values are never told."""
    kind, exemplar = _kind(statement), traces.exemplar()
    kind.duration.observe(seconds, exemplar)
    if exemplar is not None:
        traces.recorded(
            f"{kind.operation} {kind.table}".rstrip(),
            traces.SpanKind.CLIENT,
            seconds,
            db__system__name="postgresql",
            db__operation__name=kind.operation,
            db__collection__name=kind.table,
        )


def logged(query: Any) -> None:
    """Take what asyncpg says of a statement that it ran for us."""
    observe(query.query, query.elapsed)


class waited:  # noqa: N801 - it reads as a verb: `with waited():`
    """Measures how long a caller waits for a connection, and whether one came in time."""

    __slots__ = ("_begun",)

    def __enter__(self) -> None:
        metrics.DB_WAITING.inc()
        self._begun = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        metrics.DB_WAITING.dec()
        metrics.DB_WAIT.observe(time.perf_counter() - self._begun)
        if kind is not None and issubclass(kind, TimeoutError):
            metrics.DB_TIMEOUTS.inc()


def count_connections(pool: Any, most: int) -> None:
    """Let a scrape count the connections as they are at that moment."""
    used, idle = (metrics.DB_CONNECTIONS.labels(state) for state in ("used", "idle"))
    used.set_function(lambda: pool.get_size() - pool.get_idle_size())
    idle.set_function(pool.get_idle_size)
    metrics.DB_CONNECTIONS_MAX.set(most)
