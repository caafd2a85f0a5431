"""What the supervisor writes down, so that other commands and a later start know."""

import threading
from enum import StrEnum
from pathlib import Path

import msgspec

from cli.components.component import private_write
from cli.components.footprint import Footprint


class Phase(StrEnum):
    """How far one process, or the system, is."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting to restart"
    STOPPING = "stopping"
    STOPPED = "stopped"


class ProcessState(msgspec.Struct):
    """One process as the supervisor sees it."""

    name: str
    phase: Phase = Phase.STARTING
    port: int | None = None
    ops_port: int | None = None
    restarts: int = 0
    last_exit: str = ""
    footprint: Footprint | None = None


class SystemState(msgspec.Struct):
    """The whole system: its supervisor, its address and its processes."""

    supervisor: Footprint | None = None
    phase: Phase = Phase.STARTING
    address: str = ""
    # Whether `up` has said everything, the demonstration company included.
    settled: bool = False
    processes: dict[str, ProcessState] = {}


class StateFile:
    """The system's state on disk, rewritten whole at each change.

    What it says is news for others: when the disk is full it is old, and nobody here minds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.system = SystemState()
        self._writing = threading.Lock()
        self._is_old = False

    def write(self) -> None:
        with self._writing:
            try:
                private_write(self.path, msgspec.json.encode(self.system))
                self._is_old = False
            except OSError:
                self._is_old = True

    def catch_up(self) -> None:
        """Write what could not be written before."""
        if self._is_old:
            self.write()

    def change(self, process: ProcessState, phase: Phase) -> None:
        process.phase = phase
        self.system.processes[process.name] = process
        self.write()


def read_state(path: Path) -> SystemState:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SystemState)
    except (FileNotFoundError, msgspec.DecodeError):
        # No system has run here, or its last words were cut short: either way nothing is known.
        return SystemState(phase=Phase.STOPPED)
