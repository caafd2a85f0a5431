"""Footprints: we end only what we can prove that we started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cli.components.footprint import Footprint
from cli.local.state import Phase, ProcessState, StateFile, SystemState, read_state
from cli.supervision.supervisor import end_leftovers

COMMAND = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_process_we_started_is_recognised(child: subprocess.Popen[bytes]) -> None:
    found = Footprint.of(child.pid, COMMAND).process()
    assert found is not None
    assert found.pid == child.pid


def test_a_reused_process_id_is_not_recognised(child: subprocess.Popen[bytes]) -> None:
    footprint = Footprint.of(child.pid, COMMAND)
    earlier = msgspec.structs.replace(footprint, started=footprint.started - 60)
    assert earlier.process() is None


def test_another_command_is_not_recognised(child: subprocess.Popen[bytes]) -> None:
    assert Footprint.of(child.pid, [*COMMAND, "other"]).process() is None


def test_an_ended_process_is_not_recognised(child: subprocess.Popen[bytes]) -> None:
    footprint = Footprint.of(child.pid, COMMAND)
    child.kill()
    child.wait()
    assert footprint.process() is None


def test_leftovers_are_ended_and_strangers_left_alone(child: subprocess.Popen[bytes]) -> None:
    ours = ProcessState("sales", footprint=Footprint.of(child.pid, COMMAND))
    stranger = ProcessState("parties", footprint=Footprint.of(os.getpid(), ["sales"]))
    state = SystemState(processes={"sales": ours, "parties": stranger})
    assert end_leftovers(state) == 1
    assert child.wait() != 0


def test_the_state_survives_being_written_and_read(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    file.change(ProcessState("sales", port=17000, restarts=2), Phase.READY)
    assert read_state(file.path).processes["sales"].restarts == 2
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_state_cut_short_is_read_as_nothing_known(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"phase": "rea')
    assert read_state(path).phase is Phase.STOPPED
