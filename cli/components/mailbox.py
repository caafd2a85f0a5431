"""The mailbox of a system on one machine: it takes every letter, and passes none on."""

import socket
import sys
from contextlib import suppress

from cli.components.component import Component, SpawnOptions
from cli.components.ports import LOOPBACK
from cli.environment import ROOT


class Mailbox(Component):
    """A mail server of our own, which keeps what it gets in its folder."""

    name = "mailbox"

    @property
    def url(self) -> str:
        """Its host and port; on loopback it asks for no password."""
        return f"{LOOPBACK}:{self.port}"

    def _prepare(self) -> None:
        (self.folder / "letters").mkdir(mode=0o700, exist_ok=True)

    def _command(self) -> list[str]:
        module = "cli.mailbox.server"
        return [sys.executable, "-m", module, str(self.folder / "letters"), str(self.port)]

    def _spawn_options(self) -> SpawnOptions:
        return {"cwd": ROOT}

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1) as connection:
            # The server speaks first.
            return connection.recv(64).startswith(b"220")
        return False
