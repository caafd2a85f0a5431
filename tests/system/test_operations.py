"""What an operator does: start, stop, start again, run two, and be told in a sentence what is wrong."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import psutil
import pytest

from cli.components.postgres import Postgres
from cli.environment import ROOT
from cli.local.state import Phase, SystemState, read_state
from tests.system.collecting import eventually
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("operations")]

# The promise is ten seconds of stopping; a command needs a moment to begin and to end.
_STOPPED_WITHIN = 14
_READY_WITHIN = 180


def test_two_systems_run_side_by_side(system: System, traced: System) -> None:
    """Each has ports, stores and people of its own."""
    taken = [
        {process.port for process in _state(each).processes.values()} for each in (system, traced)
    ]
    assert not taken[0] & taken[1]
    with system.administrator() as one, traced.administrator() as other:
        account = one.post("accounts", {"name": "Only Here"})
        assert one.find("accounts", "id", account["id"])
        assert other.find("accounts", "id", account["id"]) is None


def test_nothing_listens_beyond_loopback(system: System, traced: System) -> None:
    for each in (system, traced):
        listening = [(who, place) for who in _processes(each) for place in _listening(who)]
        assert len(listening) >= len(_state(each).processes)
        beyond = [(who.name(), place) for who, place in listening if not _is_loopback(place)]
        assert beyond == []


def test_a_taken_port_is_one_sentence(system: System, tmp_path: Path) -> None:
    late = System(tmp_path)
    late.port = system.port
    _check_refused(late, f"Port {system.port} is taken by another program: choose one with --port.")


def test_a_newer_schema_is_left_alone_and_said_in_one_sentence(traced: System) -> None:
    traced.start()
    assert traced.command("down", seconds=_STOPPED_WITHIN).returncode == 0
    with _revision(traced, "sales", "9999_of_tomorrow"):
        _check_refused(traced, "The database of sales was left alone")


def test_a_second_start_and_ctrl_c(
    traced: System, record_property: Callable[[str, object], None]
) -> None:
    """Everything is ready again, and within ten seconds everything is gone."""
    traced.command("down", seconds=_STOPPED_WITHIN)
    assert _processes(traced) == []
    with _in_the_foreground(traced) as running:
        eventually(lambda: _is_ready(traced, running), "ready again", _READY_WITHIN)
        was_running = _processes(traced)
        running.send_signal(signal.SIGINT)
        told, _ = running.communicate(timeout=_STOPPED_WITHIN)
    assert running.returncode == 0, told
    assert [each for each in was_running if each.is_running()] == []
    [ready] = [line for line in told.splitlines() if line.startswith("Rapport is ready")]
    [stopping] = [line for line in told.splitlines() if "Stopping" in line]
    record_property("second start", ready)
    record_property("ctrl-c", stopping)
    print(ready, stopping)


def _state(system: System) -> SystemState:
    return read_state(system.home.state)


def _processes(system: System) -> list[psutil.Process]:
    """Everything that runs for a system, its supervisor and the stores' own children included."""
    state = _state(system)
    footprints = [state.supervisor, *(each.footprint for each in state.processes.values())]
    found = [process for each in footprints if each and (process := each.process())]
    return list(
        {each.pid: each for one in found for each in (one, *one.children(recursive=True))}.values()
    )


def _listening(process: psutil.Process) -> Iterator[str]:
    for connection in process.net_connections("inet"):
        if connection.status == psutil.CONN_LISTEN or connection.type.name == "SOCK_DGRAM":
            yield connection.laddr.ip


def _is_loopback(place: str) -> bool:
    """gRPC opens sockets of IPv6 for addresses of IPv4, which the kernel then shows as mapped."""
    address = ip_address(place)
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _check_refused(system: System, sentence: str) -> None:
    refused = system.command(
        "up", "--detach", "--no-demo", "--port", str(system.port), seconds=_READY_WITHIN
    )
    told = refused.stdout + refused.stderr
    assert refused.returncode != 0, told
    [said] = [line for line in told.splitlines() if line.startswith("rapport: ")]
    assert sentence in said
    assert "Traceback" not in told


@contextmanager
def _revision(system: System, service: str, revision: str) -> Iterator[None]:
    """A database that a later release has been at already."""
    former = _set_revision(system, service, revision)
    yield
    assert _set_revision(system, service, former) == revision


def _set_revision(system: System, service: str, revision: str) -> str:
    postgres = Postgres(system.home.folder, system.home.log("postgres"))
    postgres.start()
    try:
        return asyncio.run(_exchange(postgres.url, service, revision))
    finally:
        postgres.stop()


async def _exchange(url: str, service: str, revision: str) -> str:
    database = f"rapport_{service}"
    connection = await asyncpg.connect(url, database=database)
    try:
        former = await connection.fetchval("SELECT version_num FROM alembic_version")
        # It serves no program older than itself.
        await connection.execute(f"COMMENT ON TABLE alembic_version IS 'serves_from={revision}'")
        await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
        return str(former)
    finally:
        await connection.close()


@contextmanager
def _in_the_foreground(system: System) -> "Iterator[subprocess.Popen[str]]":
    words = ["up", "--no-demo", "--port", str(system.port)]
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words],
        cwd=ROOT,
        env=system.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        yield running


def _is_ready(system: System, running: "subprocess.Popen[str]") -> bool:
    state = _state(system)
    assert running.poll() is None, "The supervisor has ended."
    ours = state.supervisor is not None and state.supervisor.pid == running.pid
    return ours and state.settled and state.phase is Phase.READY
