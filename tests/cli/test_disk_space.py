"""The disk that a system may need is known before anything of it starts."""

import os
import subprocess
import sys
from pathlib import Path

import nats
import pytest
from nats.js.errors import APIError

from cli.components.nats import Nats
from cli.environment import ROOT
from cli.local import disk_space
from cli.local.log_rotation import MEBIBYTE
from cli.local.processes import SERVICES
from kit.events.streams import Keeping, declare, streams_of

_ALL = [stream for service in SERVICES for stream in streams_of(service.name)]


def test_a_system_fits_into_two_gibibytes() -> None:
    """G1: with the sizes that hold when nobody chooses others."""
    assert sum(disk_space.wanted().values()) < 2048 * MEBIBYTE


def test_what_is_reserved_is_what_the_services_declare(monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_space.streams() == sum(int(each.max_bytes or 0) for each in _ALL)
    monkeypatch.setenv("RAPPORT_STREAM_BYTES", "1000")
    assert disk_space.streams() == len(_ALL) * 1000


def test_stores_that_others_run_need_no_room_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_URL", "nats://elsewhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    assert set(disk_space.wanted()) == {"valkey", "logs"}


def test_up_says_beforehand_what_is_missing(small_disk: Path) -> None:
    """G1: in a sentence, before anything was started or made."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "up", "--no-demo"],
        cwd=ROOT,
        env=os.environ | {"RAPPORT_HOME": str(small_disk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [said] = [line for line in done.stderr.splitlines() if line.startswith("rapport: ")]
    assert "32 MB free" in said
    assert "RAPPORT_STREAM_BYTES" in said
    assert not (small_disk / "postgres").exists()


async def test_nats_takes_all_streams_and_keeps_to_what_it_was_given(tmp_path: Path) -> None:
    """G1: the last stream fits, however little of the disk is free, and another does not."""
    store = Nats(tmp_path, store_bytes=disk_space.streams())
    store.start()
    connection = await nats.connect(store.url)
    try:
        for stream in _ALL:
            await declare(connection.jetstream(), stream)
        with pytest.raises(APIError, match="insufficient storage"):
            await declare(connection.jetstream(), streams_of("toys", Keeping(max_bytes=10**6))[0])
    finally:
        await connection.close()
        store.stop()
