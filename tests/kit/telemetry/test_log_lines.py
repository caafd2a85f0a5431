"""A log line is one JSON object with the ids that join it to a trace, and without secrets."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from kit.telemetry import logs, metrics
from kit.telemetry.traces import span


@pytest.fixture
def lines() -> Iterator[Any]:
    handlers, level = logging.root.handlers, logging.root.level
    out = io.StringIO()
    logs.configure("sales", "info", "1.0", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    logs.log.configure(logging.INFO, [])


def test_a_line_names_service_actor_and_trace(lines: Any) -> None:
    with span("a call") as here, logs.actor_bound("0190-ann"):
        logs.log.info("deal.closed", deal="7")
    (line,) = lines()
    trace_id = f"{here.get_span_context().trace_id:032x}"
    assert line["event"] == "deal.closed"
    assert (line["service"], line["version"], line["level"]) == ("sales", "1.0", "info")
    assert (line["actor"], line["deal"], line["trace_id"]) == ("0190-ann", "7", trace_id)
    assert line["ts"].endswith("Z")


def test_the_actor_is_forgotten_after_the_block(lines: Any) -> None:
    with logs.actor_bound("0190-ann"):
        pass
    logs.log.info("later")
    assert "actor" not in lines()[0]


@pytest.mark.parametrize("name", ["password", "new_password", "access_token", "Authorization"])
def test_secrets_never_reach_a_line(lines: Any, name: str) -> None:
    logs.log.info("request", **{name: "hunter2"}, headers={name: "hunter2", "accept": "json"})
    (line,) = lines()
    assert line[name] == line["headers"][name] == "[redacted]"
    assert line["headers"]["accept"] == "json"


def test_an_exception_is_its_type_and_one_string(lines: Any) -> None:
    logs.log.error("call.failed", exc_info=ValueError("no stage"))
    (line,) = lines()
    assert line["error.type"] == "ValueError"
    assert "no stage" in line["error.stack"]


def test_a_library_speaks_through_the_same_formatter(lines: Any) -> None:
    logging.getLogger("sqlalchemy").warning("pool of %s is empty", 8)
    (line,) = lines()
    assert (line["event"], line["level"]) == ("pool of 8 is empty", "warning")


def test_a_long_line_is_cut_and_stays_json(lines: Any) -> None:
    logs.log.info("much", body="x" * 100_000, detail=["y" * 50_000])
    (line,) = lines()
    assert len(json.dumps(line)) < 16_100
    assert line["event"] == "much"


def test_what_is_below_the_level_is_not_written(lines: Any) -> None:
    logs.log.debug("detail")
    assert lines() == []


def test_a_line_that_cannot_be_written_fails_nobody() -> None:
    """G2: on a full disk a call is answered all the same; the line is counted as lost."""
    lost = metrics.LOG_LINES_LOST._value.get()
    with open("/dev/full", "w") as full:  # noqa: PTH123 - what it stands for is a file as any
        logs.log.configure(logging.INFO, [], full)
        logs.log.info("deal.closed", deal="7")
        assert metrics.LOG_LINES_LOST._value.get() == lost + 1
        logs.log.configure(logging.INFO, [])
        with contextlib.suppress(OSError):
            full.close()
