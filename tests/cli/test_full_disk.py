"""A full disk: whoever looks after the processes goes on, and all is back when there is space."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cli.components.nats import Nats
from cli.local.state import Phase, ProcessState, StateFile, read_state
from cli.supervision.supervised import Supervised
from tests.cli.test_supervised import PATIENCE, Sleeper


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_state_that_cannot_be_written_keeps_nobody_from_mending(tmp_path: Path) -> None:
    """G2: the keeper outlives its own state file, and writes it when that is possible again."""
    folder = tmp_path / "home"
    sleeper, stopping = Sleeper(), threading.Event()
    file = StateFile(folder / "state.json")
    supervised = Supervised(sleeper, ProcessState("sleeper"), file, stopping)
    supervised.start()
    for _ in range(2):
        assert sleeper.starts.acquire(timeout=PATIENCE)
        assert sleeper.process is not None
        sleeper.process.kill()
    assert sleeper.starts.acquire(timeout=PATIENCE)
    folder.mkdir()
    _until(lambda: "sleeper" in read_state(file.path).processes)
    stopping.set()
    supervised.stop(PATIENCE)
    assert read_state(file.path).processes["sleeper"].restarts == 2


def test_nats_comes_back_by_itself_when_there_is_space_again(small_disk: Path) -> None:
    """G2: it ended while nothing could be written, and nobody had to start it by hand."""
    nats, stopping = Nats(small_disk), threading.Event()
    file, state = StateFile(small_disk / "state.json"), ProcessState("nats")
    supervised = Supervised(nats, state, file, stopping)
    supervised.start()
    try:
        _fill(small_disk)
        assert nats.process is not None
        nats.process.kill()
        _until(lambda: "No space left" in state.last_exit)
        (small_disk / "filler").unlink()
        _until(lambda: state.phase is Phase.READY and nats._answers())
        _until(lambda: read_state(file.path).processes["nats"].phase is Phase.READY)
    finally:
        stopping.set()
        supervised.stop(PATIENCE)


def _fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
