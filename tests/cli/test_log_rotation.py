"""Logs move on when they have grown, under the programs that write into them."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.failure import CommandFailed
from cli.local.log_rotation import Rotation

SAY = "import sys; [print(line, flush=True) for line in map(str.strip, sys.stdin)]"


def test_a_log_moves_on_and_its_writer_notices_nothing(tmp_path: Path) -> None:
    """G8: a program goes on writing, and the oldest lines go."""
    log, rotation = tmp_path / "sales.log", Rotation(size=20, kept=2)
    with log.open("ab") as output:
        writer = subprocess.Popen(
            [sys.executable, "-c", SAY], stdin=subprocess.PIPE, stdout=output, text=True
        )
    assert writer.stdin is not None
    for number in range(4):
        size = log.stat().st_size
        writer.stdin.write(f"line {number} with some words\n")
        writer.stdin.flush()
        while log.stat().st_size == size:
            pass
        rotation.turn(log)
    writer.stdin.close()
    writer.wait()
    assert log.read_text() == ""
    assert (tmp_path / "sales.log.1").read_text() == "line 3 with some words\n"
    assert (tmp_path / "sales.log.2").read_text() == "line 2 with some words\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("sales.log", "sales.log.1", "sales.log.2")
    ]


def test_a_small_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "sales.log"
    log.write_text("few words\n")
    Rotation(size=20, kept=2).turn(log)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.log"]


def test_without_older_logs_a_full_one_is_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "sales.log"
    log.write_text("many words " * 9)
    Rotation(size=20, kept=0).turn(log)
    assert (log.stat().st_size, len(list(tmp_path.iterdir()))) == (0, 1)


def test_sizes_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_LOG_BYTES", "100")
    monkeypatch.setenv("RAPPORT_LOG_FILES", "1")
    assert Rotation.of_environment() == Rotation(100, 1)
    monkeypatch.setenv("RAPPORT_LOG_BYTES", "many")
    with pytest.raises(CommandFailed, match="RAPPORT_LOG_BYTES"):
        Rotation.of_environment()
