"""The operating system's side of one of our processes: spawn it, wait for its health, end it."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from cli.environment import ROOT
from cli.failure import CommandFailed
from cli.local.processes import Process
from cli.local.state import ProcessState
from cli.local.wiring import Wiring
from cli.supervision.health import is_ready

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05


class Program:
    """One running service or gateway."""

    def __init__(
        self, process: Process, wiring: Wiring, state: ProcessState, stopping: threading.Event
    ) -> None:
        self.description = process
        self._wiring = wiring
        self._state = state
        self._stopping = stopping
        self._log = wiring.home.log(process.name)
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._running

    def start(self) -> None:
        environment = self._wiring.environment(self.description)
        command = [sys.executable, "-m", self.description.module]
        self._running = _spawn(command, environment, self._log)
        try:
            self._await_health(self._running)
        except CommandFailed:
            self.stop(0.0)
            raise

    def stop(self, patience: float | None = None) -> None:
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(patience)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()

    def _await_health(self, running: subprocess.Popen[bytes]) -> None:
        name, deadline = self.description.name, time.monotonic() + PATIENCE_SECONDS
        while not is_ready(self._state):
            if running.poll() is not None:
                raise CommandFailed(f"{name} did not start: {last_words(self._log)}")
            if time.monotonic() > deadline:
                raise CommandFailed(f"{name} does not become ready; see ./rapport logs {name}.")
            if self._stopping.wait(POLL_SECONDS):
                raise CommandFailed("Stopped before everything was ready.")


def migrate(process: Process, wiring: Wiring) -> None:
    """Bring a service's database to the schema that its code expects."""
    log = wiring.home.log(f"{process.name}-migration")
    command = [sys.executable, "-m", "kit.database.migrate", process.name]
    running = _spawn(command, wiring.environment(process), log)
    if running.wait():
        raise CommandFailed(f"The database of {process.name} was left alone: {last_words(log)}")


def last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    if not lines:
        return "it said nothing."
    try:
        return str(json.loads(lines[-1])["event"])
    except (ValueError, KeyError, TypeError):
        return lines[-1]


def _spawn(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        # A session of its own keeps the terminal's Ctrl-C away: the supervisor decides the order.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=environment,
            cwd=ROOT,
        )
