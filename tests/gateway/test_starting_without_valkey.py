"""G7: a gateway that finds no Valkey when it starts says so in a sentence, and names the setting."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.components.ports import free_port
from cli.environment import ROOT
from tests.house import House

_WITHIN = 30


@contextmanager
def starting(house: House, redis_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own beside the gateway of the other tests."""
    given = house.environment("gateway") | {"REDIS_URL": redis_url}
    given |= {"RAPPORT_LISTEN": f"127.0.0.1:{free_port()}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway.main"],
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(params=["away", "silent"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Where nobody listens, or somebody who never says a word."""
    if request.param == "away":
        yield free_port()
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_valkey_that_does_not_answer_is_named(house: House, port: int) -> None:
    """Without the password; the gateway goes on, since tokens are believed without Valkey."""
    with starting(house, f"redis://ann:secret@127.0.0.1:{port}") as process:
        assert process.stdout is not None
        # The log is told line by line, and ends only with the process.
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Valkey" in line:
                break
        told = json.loads(lines[-1]).get("told", "")
        assert process.poll() is None
    assert told.startswith(f"REDIS_URL: Valkey at 127.0.0.1:{port} does not answer")
    assert "secret" not in "".join(lines)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:6379", "http://ann:secret@127.0.0.1", "redis://:secret@", "redis://a:b"]
)
def test_what_is_no_address_of_valkey_ends_the_start(house: House, url: str) -> None:
    with starting(house, url) as process:
        _, said = process.communicate(timeout=_WITHIN)
    assert process.returncode == 1
    assert said == "REDIS_URL is no address of Valkey; write redis://host:6379.\n"
