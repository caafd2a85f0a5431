"""A store that is named and does not answer: one sentence, at once."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.components.ports import free_port
from cli.environment import ROOT
from cli.failure import CommandFailed
from cli.local.reachability import check
from tests.house import House

_SCHEMES = {"DATABASE_URL": "postgresql", "NATS_URL": "nats", "REDIS_URL": "redis"}
_WITHIN = 20


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where somebody listens and never says a word, as a store that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("variable", _SCHEMES)
def test_up_says_which_store_does_not_answer(variable: str, tmp_path: Path) -> None:
    """G7: before anything else is started, and without the password."""
    url = f"{_SCHEMES[variable]}://ann:secret@127.0.0.1:{(port := free_port())}"
    done = _run("cli.main", "up", "--no-demo", RAPPORT_HOME=str(tmp_path), **{variable: url})
    assert done.returncode == 1
    [said] = [line for line in done.stderr.splitlines() if line.startswith("rapport: ")]
    assert said.startswith(f"rapport: {variable} names 127.0.0.1:{port}, which does not answer")
    assert "secret" not in done.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("variable", _SCHEMES)
def test_a_store_that_hangs_does_not_answer(variable: str, silent: int) -> None:
    """G7."""
    with pytest.raises(CommandFailed, match=variable):
        check(variable, f"{_SCHEMES[variable]}://127.0.0.1:{silent}")


def test_stores_that_answer_are_taken(house: House) -> None:
    stores = {"DATABASE_URL": house.postgres, "NATS_URL": house.nats, "REDIS_URL": house.valkey}
    for variable, store in stores.items():
        check(variable, store.url)


@pytest.mark.parametrize("hangs", [False, True])
def test_a_process_says_that_its_database_does_not_answer(
    house: House, silent: int, *, hangs: bool
) -> None:
    """G7: and not by a traceback."""
    port = silent if hangs else free_port()
    url = f"postgresql://ann:secret@127.0.0.1:{port}/helpdesk"
    given = house.environment("helpdesk") | {"DATABASE_URL": url}
    given |= {"RAPPORT_LISTEN": f"127.0.0.1:{free_port()}"}
    del given["REDIS_URL"]
    done = _run("services.helpdesk.main", **given)
    assert done.returncode == 1
    [said] = done.stderr.splitlines()
    assert said.startswith(f"DATABASE_URL: PostgreSQL at 127.0.0.1:{port} does")
    assert "secret" not in done.stderr


def _run(module: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=_WITHIN,
        check=False,
    )
