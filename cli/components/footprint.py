"""How a process that we started is recognised later: by its id, its start time and its command."""

import signal
import time
from typing import Self

import msgspec
import psutil

# The kernel counts start times in ticks and the clock may be corrected while a process runs.
TOLERANCE_SECONDS = 2.0


class Footprint(msgspec.Struct, frozen=True):
    """What we wrote down when we started a process, enough never to end somebody else's."""

    pid: int
    started: float
    command: list[str]

    @classmethod
    def of(cls, pid: int, command: list[str]) -> Self:
        return cls(pid=pid, started=psutil.Process(pid).create_time(), command=command)

    def process(self) -> psutil.Process | None:
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < TOLERANCE_SECONDS
            alive = found.status() != psutil.STATUS_ZOMBIE
            return found if same and alive and found.cmdline() == self.command else None
        except psutil.NoSuchProcess:
            return None


def end(process: psutil.Process, stop_signal: int = signal.SIGTERM, patience: float = 5.0) -> None:
    """Ask a process to stop, wait, and end it when it does not."""
    try:
        process.send_signal(stop_signal)
        if not _gone_within(process, patience):
            process.kill()
            _gone_within(process, patience)
    except psutil.NoSuchProcess:
        return


def _gone_within(process: psutil.Process, patience: float) -> bool:
    # It is not our child: whoever is its parent may leave it a zombie, which harms nobody.
    deadline = time.monotonic() + patience
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
