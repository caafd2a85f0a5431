"""Logs: one JSON object a line on standard output, joined to traces by their ids."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import orjson
import structlog

from kit.telemetry import metrics
from kit.telemetry.traces import current_ids

_LONGEST = 16_000
_SECRET_WORDS = ("password", "passwd", "token", "secret", "authorization", "cookie", "private_key")
_QUIET = {"nats": logging.WARNING, "asyncio": logging.WARNING, "grpc": logging.WARNING}

Line = MutableMapping[str, Any]


class Log:
    """Our own lines, each one call of a function away from the output.

    Through structlog's proxies and bound loggers a line cost twice as much, and every request writes
    two: 40 µs of it. Libraries still speak through structlog, and both through the same processors.
    """

    def __init__(self) -> None:
        self.configure(logging.INFO, [])

    def configure(
        self,
        level: int,
        processors: Sequence[structlog.typing.Processor],
        out: TextIO | None = None,
    ) -> None:
        self._level, self._processors, self._out = level, processors, out

    def debug(self, event: str, **words: Any) -> None:
        self._log(logging.DEBUG, "debug", event, words)

    def info(self, event: str, **words: Any) -> None:
        self._log(logging.INFO, "info", event, words)

    def warning(self, event: str, **words: Any) -> None:
        self._log(logging.WARNING, "warning", event, words)

    def error(self, event: str, **words: Any) -> None:
        self._log(logging.ERROR, "error", event, words)

    def exception(self, event: str, **words: Any) -> None:
        """An error, with the stack of the exception being handled."""
        self._log(logging.ERROR, "error", event, {"exc_info": True, **words})

    def _log(self, level: int, name: str, event: str, words: Line) -> None:
        if level < self._level:
            return
        line: Line = {**_bound.get(), **words, "event": event}
        for process in self._processors:
            process(None, name, line)
        self._write(_as_json(None, name, line) + "\n")

    def _write(self, text: str) -> None:
        out = self._out or sys.stdout
        try:
            # One write for a line, or the lines of two threads would mix.
            out.write(text)
            out.flush()
        except OSError:
            # A full disk must not fail what the line was about.
            metrics.LOG_LINES_LOST.inc()


log = Log()
"""The log of every room: `log.info("deal.closed", deal=id)`."""

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default={})  # noqa: B039 - never changed


def configure(
    service: str, level: str = "info", version: str = "", out: TextIO | None = None
) -> None:
    """Send our lines and those of the libraries through one formatter."""
    number = logging.getLevelNamesMapping()[level.upper()]
    processors = [_stamp(service, version), _error, _redact]
    log.configure(number, processors, out)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_merge, structlog.stdlib.ExtraAdder(), *processors],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _as_json],
    )
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(formatter)
    logging.root.handlers = [handler]
    logging.root.setLevel(number)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(max(number, quiet))


@contextmanager
def actor_bound(actor: str, **more: str) -> Iterator[None]:
    """Name the actor on every line written inside the block; an id, never a name or an address."""
    token = _bound.set({**_bound.get(), "actor": actor, **more})
    try:
        yield
    finally:
        _bound.reset(token)


def _merge(_: Any, __: str, line: Line) -> Line:
    for name, value in _bound.get().items():
        line.setdefault(name, value)
    return line


def _stamp(service: str, version: str) -> structlog.typing.Processor:
    def stamp(_: Any, method: str, line: Line) -> Line:
        line["ts"] = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        line["level"] = "warning" if method == "warn" else method
        line["service"] = service
        if version:
            line["version"] = version
        trace_id, span_id = current_ids()
        if trace_id:
            line["trace_id"], line["span_id"] = trace_id, span_id
        return line

    return stamp


def _error(_: Any, __: str, line: Line) -> Line:
    """Turn an exception into its type and its stack, each one string."""
    caught = line.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    if isinstance(caught, tuple):
        caught = caught[1]
    if isinstance(caught, BaseException):
        line["error.type"] = type(caught).__qualname__
        line["error.stack"] = _stack(caught)
    return line


def _stack(caught: BaseException) -> str:
    # The end of a stack names the culprit, so a long one loses its beginning.
    return "".join(traceback.format_exception(caught))[-_LONGEST // 2 :]


def _redact(_: Any, __: str, line: Line) -> Line:
    for name, value in line.items():
        line[name] = "[redacted]" if _secret(name) else _clean(value)
    return line


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "[redacted]" if _secret(str(k)) else _clean(v) for k, v in value.items()}
    return value


@lru_cache(maxsize=1024)
def _secret(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _SECRET_WORDS)


def _as_json(_: Any, __: str, line: Line) -> str:
    text = orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS)
    return (text if len(text) <= _LONGEST else _shortened(line)).decode()


def _shortened(line: Line) -> bytes:
    """Cut every long value, so that a line stays one line for whoever collects it."""
    room = _LONGEST // (2 * max(len(line), 1))
    return orjson.dumps({str(k): _cut(v, room) for k, v in line.items()}, default=str)


def _cut(value: Any, room: int) -> Any:
    if isinstance(value, int | float | bool | None):
        return value
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= room else text[:room] + "…"
