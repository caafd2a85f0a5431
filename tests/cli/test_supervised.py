"""Supervision: what dies comes back, and is told."""

import subprocess
import sys
import threading
from pathlib import Path

from cli.local.state import Phase, ProcessState, StateFile
from cli.supervision.supervised import Supervised

PATIENCE = 20


class Sleeper:
    """A program that waits to be ended, and says each time it was started."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = threading.Semaphore(0)

    def start(self) -> None:
        command = [sys.executable, "-c", "import signal; signal.pause()"]
        self.process = subprocess.Popen(command)
        self.starts.release()

    def stop(self, patience: float | None = None) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(patience)


def test_a_killed_process_is_started_again_and_counted(tmp_path: Path) -> None:
    sleeper, stopping = Sleeper(), threading.Event()
    file, state = StateFile(tmp_path / "state.json"), ProcessState("sleeper")
    supervised = Supervised(sleeper, state, file, stopping)
    supervised.start()
    assert sleeper.starts.acquire(timeout=PATIENCE)
    assert sleeper.process is not None
    sleeper.process.kill()
    assert sleeper.starts.acquire(timeout=PATIENCE)
    stopping.set()
    supervised.stop(PATIENCE)
    assert state.restarts == 1
    assert "signal 9" in state.last_exit
    assert state.phase is Phase.STOPPED
