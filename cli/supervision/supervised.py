"""One process under supervision: started, waited for, started again when it dies."""

import subprocess
import threading
import time
from typing import Protocol

from cli.components.component import Component
from cli.components.footprint import Footprint
from cli.local.state import Phase, ProcessState, StateFile

POLL_SECONDS = 0.25
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# Who has run this long has recovered, and begins with short delays again.
RECOVERED_AFTER_SECONDS = 60.0


class Startable(Protocol):
    """What can be started and stopped and runs as one process."""

    def start(self) -> None: ...

    def stop(self, patience: float | None = None) -> None: ...

    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...


class Supervised:
    """Keeps one process alive and writes down what happens to it."""

    def __init__(
        self, program: Startable, state: ProcessState, file: StateFile, stopping: threading.Event
    ) -> None:
        self.program = program
        self.state = state
        self._file = file
        self._stopping = stopping
        self._keeper = threading.Thread(target=self._keep, name=state.name, daemon=True)

    def start(self) -> None:
        """Start it for the first time; a failure here is the caller's to report."""
        self._start_once()
        self._keeper.start()

    def stop(self, patience: float | None = None) -> None:
        if self._keeper.is_alive():
            self._keeper.join()
        self._file.change(self.state, Phase.STOPPING)
        self.program.stop(patience)
        self._file.change(self.state, Phase.STOPPED)

    def _keep(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._stopping.is_set():
            ran_for = self._await_death()
            if self._stopping.is_set():
                return
            delay = FIRST_DELAY_SECONDS if ran_for > RECOVERED_AFTER_SECONDS else delay
            self._note_death()
            while not self._stopping.wait(delay) and not self._restarted():
                delay = min(delay * 2, LONGEST_DELAY_SECONDS)
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    def _await_death(self) -> float:
        started = time.monotonic()
        while not self._stopping.is_set():
            process = self.program.process
            if process is None or process.poll() is not None:
                break
            self._stopping.wait(POLL_SECONDS)
            self._file.catch_up()
        return time.monotonic() - started

    def _restarted(self) -> bool:
        self.state.restarts += 1
        try:
            self._start_once()
        except Exception as failure:  # noqa: BLE001 - whatever it was, the next attempt is due
            self.state.last_exit = str(failure)
            self._file.change(self.state, Phase.WAITING)
            return False
        return True

    def _start_once(self) -> None:
        self._file.change(self.state, Phase.STARTING)
        self.program.start()
        process = self.program.process
        if process is not None:
            self._write_footprint(process)
        self._file.change(self.state, Phase.READY)

    def _write_footprint(self, process: subprocess.Popen[bytes]) -> None:
        if isinstance(self.program, Component):
            self.state.port = self.program.port
        self.state.footprint = Footprint.of(process.pid, list(process.args))  # type: ignore[arg-type]  # they are a list of words here

    def _note_death(self) -> None:
        process = self.program.process
        code = process.returncode if process else None
        if code is not None:
            ended = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            self.state.last_exit = f"{time.strftime('%H:%M:%S')} {ended}"
        self._file.change(self.state, Phase.WAITING)
