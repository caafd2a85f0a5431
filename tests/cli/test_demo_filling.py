"""Filling: it waits where the system is busy, stops at once when asked, and remembers how far it came."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from cli.components.ports import LOOPBACK, free_port
from cli.demo.checkpoint import Checkpoint
from cli.demo.gather import each_of
from cli.demo.retrying import Interrupted, RetryingTransport


class BusyServer(ThreadingHTTPServer):
    """Refuses everybody a number of times before it answers."""

    refusals = 2
    asked = 0


class _Answers(BaseHTTPRequestHandler):
    """Counts who comes."""

    server: BusyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        busy = self.server.asked <= self.server.refusals
        self.send_response(429 if busy else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[BusyServer]:
    server = BusyServer((LOOPBACK, free_port()), _Answers)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def client(server: BusyServer, stopping: threading.Event) -> httpx.Client:
    address = f"http://{LOOPBACK}:{server.server_port}"
    return httpx.Client(base_url=address, transport=RetryingTransport(stopping))


def test_a_busy_server_is_asked_again(server: BusyServer) -> None:
    with client(server, threading.Event()) as session:
        assert session.get("/").status_code == 200
    assert server.asked == 3


def test_nobody_is_asked_any_more_when_the_system_stops(server: BusyServer) -> None:
    stopping = threading.Event()
    stopping.set()
    with client(server, stopping) as session, pytest.raises(Interrupted):
        session.get("/")
    assert server.asked == 0


def test_an_interrupted_filling_goes_on_with_the_company_it_began(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "reached.json")
    assert first.reached is None
    begun = first.begin()
    first.finish("people")

    again = Checkpoint(tmp_path / "reached.json")
    assert again.begin() == begun
    assert again.is_done("people")
    assert not again.is_done("accounts")
    assert not again.complete


def test_a_complete_filling_is_remembered(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "reached.json").finish_all()
    checkpoint = Checkpoint(tmp_path / "reached.json")
    assert checkpoint.complete
    assert checkpoint.reached is not None
    assert checkpoint.reached.day <= datetime.now(UTC).date()


def test_what_is_done_a_few_at_a_time_is_done_for_all() -> None:
    done: list[int] = []
    each_of(range(50), done.append)
    assert sorted(done) == list(range(50))


def test_the_first_failure_stops_the_rest() -> None:
    done: list[int] = []

    def fail(number: int) -> None:
        if number == 3:
            raise ValueError(number)
        done.append(number)

    with pytest.raises(ValueError, match="3"):
        each_of(range(10), fail, at_once=1)
    assert done == [0, 1, 2]
