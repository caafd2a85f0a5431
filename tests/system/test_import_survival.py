"""An import outlives the process that works on it: nothing is lost and nothing is doubled."""

import json
import os
import signal
import time
from typing import Any

import pytest

from cli.api import Api, quoted
from cli.failure import CommandFailed
from cli.local.state import read_state
from tests.system.running import System, whole

pytestmark = pytest.mark.system

LINES = 2_000


def test_lines_are_taken_once_though_the_service_is_killed(system: System) -> None:
    names = [f"Survivor {number:05}" for number in range(LINES)]
    with system.administrator() as api:
        started = _start(api, "name\n" + "\n".join(names))
        _await(api, started, lambda report: report["created"] > 0)
        footprint = read_state(system.home.state).processes["parties"].footprint
        assert footprint is not None
        os.kill(footprint.pid, signal.SIGKILL)
        done = _await(api, started, lambda report: bool(report["ended_at"]))
        assert (done["created"], done["rejected"], done["settled"]) == (LINES, 0, LINES)
        rows = whole(api, "accounts", filter='name = "Survivor*"', fields="name")
    assert sorted(row["name"] for row in rows) == names


def _start(api: Api, file: str) -> dict[str, Any]:
    plan = {"plan": json.dumps({"entity": "parties.Account", "columns": {"name": "name"}})}
    started: dict[str, Any] = api.post(
        "imports", data=plan, files={"file": ("survivors.csv", file.encode(), "text/csv")}
    )
    return started


def _await(api: Api, started: dict[str, Any], ready: Any) -> dict[str, Any]:
    """Asks until it is so; a service that is away for a moment is asked again."""
    while True:
        try:
            report: dict[str, Any] = api.get(f"imports/{quoted(started['id'])}")
        except CommandFailed:
            report = {"created": 0, "ended_at": ""}
        if ready(report):
            return report
        time.sleep(0.05)
