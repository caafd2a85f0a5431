"""What the three stores have in common: a folder, a port, a secret, one process, a clean start."""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar, TypedDict

import msgspec

from cli.components.footprint import Footprint, end
from cli.components.ports import free_port


class ComponentFailed(Exception):  # noqa: N818 - it says what happened
    """A store that could not be started; the message is for whoever typed the command."""


class RunAs(TypedDict, total=False):
    """As whom a program runs."""

    user: int
    group: int
    extra_groups: list[int]


class SpawnOptions(RunAs, total=False):
    """Where a program stands, and as whom it runs."""

    cwd: Path


class Memory(msgspec.Struct):
    """What a component remembers between two runs."""

    port: int | None = None
    password: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(24))
    running: Footprint | None = None


class Component(ABC):
    """One store of our own: real, on loopback only, its data in its own folder."""

    name: ClassVar[str]
    stop_signal: ClassVar[int] = signal.SIGTERM
    patience: ClassVar[float] = 20.0

    def __init__(self, home: Path, log: Path | None = None) -> None:
        self.folder = home.resolve() / self.name
        self.log = log or self.folder / f"{self.name}.log"
        self._memory = Memory()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Give the address, with its password, by which a client reaches it."""

    @property
    def port(self) -> int:
        if self._memory.port is None:
            raise ComponentFailed(f"{self.name} has not been started.")
        return self._memory.port

    @property
    def password(self) -> str:
        return self._memory.password

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def start(self) -> None:
        """End what a crash left behind, start on the data, and return when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._claim()
        self._recall()
        self._end_leftovers()
        self._choose_port()
        self._remember()
        self._prepare()
        self._spawn()
        try:
            # Without a note of it, what a crash leaves running would never be found.
            self._remember()
            self._await_answer()
        except (ComponentFailed, OSError):
            self._end(0.0)
            raise

    def stop(self, patience: float | None = None) -> None:
        """Stop in order, so that the next start has nothing to recover."""
        self._end(self.patience if patience is None else patience)
        self._release()

    def recall(self) -> None:
        """Know the port and the password of one that another program runs."""
        self._recall()

    def clear(self) -> None:
        """End what a crash left running, without starting anew."""
        if self.folder.exists():
            self._claim()
            self._recall()
            self._end_leftovers()
            self._release()

    @abstractmethod
    def _command(self) -> list[str]:
        """Name the program and its arguments."""

    @abstractmethod
    def _answers(self) -> bool:
        """Say whether it takes work already."""

    @abstractmethod
    def _prepare(self) -> None:
        """Write what the program reads at its start."""

    def _spawn_options(self) -> SpawnOptions:
        return {"cwd": self.folder}

    def _end_leftovers(self) -> None:
        leftover = self._memory.running and self._memory.running.process()
        if leftover:
            end(leftover, self.stop_signal)

    def _claim(self) -> None:
        # The kernel lets go of the claim however we end, so a crash never needs cleaning up.
        if self._lock is not None:
            return
        lock = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise ComponentFailed(f"The {self.name} in {self.folder} is in use already.") from None
        self._lock = lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _choose_port(self) -> None:
        port = free_port(self._memory.port)
        # Its clients know the port by now, so coming back elsewhere would not bring it back.
        if self._process is not None and port != self._memory.port:
            raise ComponentFailed(f"Port {self._memory.port} of {self.name} was taken meanwhile.")
        self._memory.port = port

    def _recall(self) -> None:
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            self._memory = msgspec.json.decode(self._memory_file.read_bytes(), type=Memory)

    def _remember(self) -> None:
        private_write(self._memory_file, msgspec.json.encode(self._memory))

    @property
    def _memory_file(self) -> Path:
        return self.folder / "component.json"

    def _spawn(self) -> None:
        command = self._command()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own keeps the terminal's Ctrl-C away: we decide the order.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                **self._spawn_options(),
            )
        self._memory.running = Footprint.of(self._process.pid, command)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + self.patience
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                raise ComponentFailed(f"{self.name} did not start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise ComponentFailed(f"{self.name} did not answer; its log is {self.log}.")
            time.sleep(0.02)

    def _end(self, patience: float) -> None:
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        if any("No space left on device" in line for line in lines[-20:]):
            return f"the disk that holds {self.folder} is full."
        return lines[-1] if lines else "it said nothing."


def private_write(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
