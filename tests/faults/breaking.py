"""Breaks a running system on purpose, and waits until its supervisor has mended it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from cli.local.state import Phase, ProcessState, SystemState, read_state
from tests.system.running import System

_LONGEST = 90.0
_LOOK_AGAIN = 0.05


def until(condition: Callable[[], bool], what: str, seconds: float = _LONGEST) -> float:
    """Waits for something to come true; answers how long that took."""
    begun = time.monotonic()
    while not condition():
        took = time.monotonic() - begun
        assert took < seconds, f"{what}: not within {seconds:.0f} s"
        time.sleep(_LOOK_AGAIN)
    return time.monotonic() - begun


class Breaking:
    """The processes of one system, to be killed by those who test what then happens."""

    def __init__(self, system: System) -> None:
        self.system = system

    @property
    def state(self) -> SystemState:
        return read_state(self.system.home.state)

    def process(self, name: str) -> psutil.Process:
        footprint = self._seen(name).footprint
        found = footprint.process() if footprint else None
        assert found is not None, f"{name} does not run."
        return found

    def kill(self, name: str) -> Callable[[], bool]:
        """Ends a process without a word; what it answers says whether it is back."""
        before = self._seen(name).restarts
        self.process(name).kill()

        def is_back() -> bool:
            now = self._seen(name)
            return now.restarts > before and now.phase is Phase.READY

        return is_back

    def kill_everything(self) -> None:
        """The supervisor first, so that nobody is there to mend."""
        victims = [self.supervisor(), *(self.process(name) for name in self.state.processes)]
        for victim in victims:
            victim.send_signal(signal.SIGKILL)
        until(lambda: not any(_alive(each) for each in victims), "everything dead")

    def supervisor(self) -> psutil.Process:
        footprint = self.state.supervisor
        found = footprint.process() if footprint else None
        assert found is not None, "The supervisor does not run."
        return found

    @contextmanager
    def left_dead(self, name: str) -> Iterator[None]:
        """One process is dead for as long as the block lasts: the supervisor is held still."""
        supervisor = self.supervisor()
        supervisor.suspend()
        try:
            is_back = self.kill(name)
            until(lambda: not _alive_pid(self._seen(name)), f"{name} dead")
            yield
        finally:
            supervisor.resume()
        print(f"{name} back after {until(is_back, f'{name} back'):.1f} s")

    def _seen(self, name: str) -> ProcessState:
        # The file is rewritten at every change, and always whole.
        return self.state.processes[name]


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _alive_pid(seen: ProcessState) -> bool:
    return seen.footprint is not None and seen.footprint.process() is not None
