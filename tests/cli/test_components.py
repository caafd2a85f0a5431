"""The stores: real, private to their folder, and back with their data after a `kill -9`."""

import signal
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import TypeVar

import asyncpg
import nats
import psutil
import pytest
from nats.js.api import StreamConfig
from redis.asyncio import Redis
from rich.console import Console

from cli.commands.up import announce
from cli.components.component import Component, ComponentFailed
from cli.components.databases import EXTENSIONS, Database, ensure_databases
from cli.components.footprint import Footprint
from cli.components.nats import Nats
from cli.components.postgres import Postgres
from cli.components.valkey import Valkey
from cli.local.home import Home
from cli.progress import Progress

Store = TypeVar("Store", bound=Component)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    yield from running(Postgres(tmp_path, settings={"shared_buffers": "16MB"}))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Nats]:
    yield from running(Nats(tmp_path))


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    yield from running(Valkey(tmp_path))


def running(component: Store) -> Iterator[Store]:
    component.start()
    yield component
    component.stop()


def crash(component: Component) -> None:
    assert component.process is not None
    component.process.send_signal(signal.SIGKILL)
    component.process.wait()


async def test_postgres_keeps_what_it_acknowledged(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE TABLE deal AS SELECT 42 AS value")
    crash(postgres)
    await connection.close(timeout=5)
    postgres.start()
    connection = await asyncpg.connect(postgres.url)
    assert await connection.fetchval("SELECT value FROM deal") == 42
    assert await connection.fetchval("SHOW synchronous_commit") == "on"
    assert int(await connection.fetchval("SHOW server_version_num")) >= 180000
    await connection.close()


async def test_postgres_never_runs_as_root(postgres: Postgres) -> None:
    assert postgres.process is not None
    assert psutil.Process(postgres.process.pid).uids().effective != 0


async def test_postgres_starts_over_the_file_of_another_programs_process(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path)
    postgres.start()
    crash(postgres)
    lock = postgres.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join(["1", *lines[1:]]))
    postgres.start()
    postgres.stop()


async def test_services_get_databases_that_others_cannot_enter(postgres: Postgres) -> None:
    sales, chat = Database("rapport_sales", "it's/secret@"), Database("rapport_chat", "other")
    await ensure_databases(postgres.url, [sales, chat])
    await ensure_databases(postgres.url, [sales, chat])
    connection = await asyncpg.connect(sales.url(postgres.url))
    extensions = {row[0] for row in await connection.fetch("SELECT extname FROM pg_extension")}
    assert extensions >= set(EXTENSIONS)
    await connection.execute("CREATE TABLE opportunity ()")
    await connection.close()
    intruder = chat.url(postgres.url).removesuffix("rapport_chat") + "rapport_sales"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(intruder)


async def test_nats_keeps_what_it_acknowledged(broker: Nats) -> None:
    client = await nats.connect(broker.url)
    await client.jetstream().add_stream(StreamConfig(name="crm", subjects=["crm.>"]))
    await client.jetstream().publish("crm.sales", b"won")
    await client.close()
    crash(broker)
    broker.start()
    client = await nats.connect(broker.url)
    message = await client.jetstream().get_msg("crm", seq=1)
    assert message.data == b"won"
    await client.close()


async def test_nats_syncs_every_write(broker: Nats) -> None:
    assert "sync_interval: always" in (broker.folder / "nats.conf").read_text()


async def test_valkey_keeps_a_session_over_a_restart(valkey: Valkey) -> None:
    async with Redis.from_url(valkey.url) as client:
        await client.set("session", "ada")
    valkey.stop()
    valkey.start()
    async with Redis.from_url(valkey.url) as client:
        assert await client.get("session") == b"ada"


async def test_a_store_listens_on_loopback_only(valkey: Valkey, broker: Nats) -> None:
    for component in (valkey, broker):
        assert component.process is not None
        listening = psutil.Process(component.process.pid).net_connections("tcp")
        assert {each.laddr.ip for each in listening} == {"127.0.0.1"}


async def test_a_folder_in_use_is_refused(valkey: Valkey, tmp_path: Path) -> None:
    with pytest.raises(ComponentFailed, match="in use already"):
        Valkey(tmp_path).start()


async def test_a_server_whose_starter_was_killed_is_ended_and_its_port_kept(
    tmp_path: Path,
) -> None:
    # Forgetting the first object frees its claim, as the kernel does for a killed process.
    first = Valkey(tmp_path)
    first.start()
    port, process = first.port, first.process
    assert process is not None
    footprint = Footprint.of(process.pid, list(process.args))  # type: ignore[arg-type]  # they are a list of words here
    first._release()
    second = Valkey(tmp_path)
    second.start()
    assert footprint.process() is None
    assert second.port == port
    second.stop()
    process.wait()


async def test_what_a_store_writes_is_nobody_else_s_to_read(tmp_path: Path, valkey: Valkey) -> None:
    """Security review, low: the append file, which holds sessions, was readable for all."""
    client = Redis.from_url(valkey.url)
    await client.set("session", "secret")
    await client.aclose()
    written = list((tmp_path / "valkey").rglob("appendonly*.aof"))
    assert written
    assert [path for path in written if path.stat().st_mode & 0o077] == []
    assert (tmp_path / "valkey").stat().st_mode & 0o077 == 0


def test_a_system_s_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Security review, low: an existing folder that was open is closed as well."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    Home(folder).create()
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / "logs", folder / "keys")} == {
        0o700
    }


@pytest.mark.parametrize("terminal", [True, False])
def test_a_password_is_shown_to_eyes_and_not_to_a_log(tmp_path: Path, terminal: bool) -> None:
    """Security review, low: `supervisor.log` held the first passwords."""
    home = Home(tmp_path)
    home.create()
    said = StringIO()
    announce(home, Progress(Console(file=said, force_terminal=terminal, width=200)))
    assert (home.secret("administrator") in said.getvalue()) is terminal
