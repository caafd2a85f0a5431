"""NATS with JetStream, every acknowledged message on disk, and a user for each process."""

import hashlib
import hmac
import json
import socket
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli.components.component import Component, private_write
from cli.components.ports import LOOPBACK
from kit.events.permissions import Permissions

CONFIGURATION = """\
server_name: rapport
listen: "{address}:{port}"
authorization {{ users: {users} }}
jetstream {{ store_dir: {store}, sync_interval: {sync_interval}{most} }}
"""

OPERATOR = "rapport"
"""May do everything, and is nobody's but the command line's and the tests'."""


class Nats(Component):
    """A nats-server of our own; `sync_interval` is loosened only by tests that lose no power.

    Without `store_bytes` the server takes three quarters of the disk that is free when it starts,
    so that what it may reserve would change from start to start.
    """

    name = "nats"

    def __init__(
        self,
        home: Path,
        log: Path | None = None,
        *,
        users: Mapping[str, Permissions] | None = None,
        sync_interval: str = "always",
        store_bytes: int | None = None,
    ) -> None:
        super().__init__(home, log)
        self.users = users or {}
        self.store_bytes = store_bytes
        self.sync_interval = sync_interval

    @property
    def url(self) -> str:
        return self._url(OPERATOR, self.password)

    def url_of(self, process: str) -> str:
        """By which a process comes in as itself."""
        return self._url(process, self._password_of(process))

    def _url(self, user: str, password: str) -> str:
        return f"nats://{user}:{password}@{LOOPBACK}:{self.port}"

    def _password_of(self, process: str) -> str:
        """Each its own, and none shows anything of another."""
        return hmac.new(self.password.encode(), process.encode(), hashlib.sha256).hexdigest()

    def _users(self) -> list[dict[str, Any]]:
        limited = [
            {
                "user": name,
                "password": self._password_of(name),
                "permissions": permissions.configuration(),
            }
            for name, permissions in self.users.items()
        ]
        return [{"user": OPERATOR, "password": self.password}, *limited]

    def _prepare(self) -> None:
        text = CONFIGURATION.format(
            address=LOOPBACK,
            port=self.port,
            users=json.dumps(self._users(), indent=1),
            store=json.dumps(str(self.folder / "store")),
            sync_interval=self.sync_interval,
            most=f", max_file_store: {self.store_bytes}" if self.store_bytes else "",
        )
        private_write(self.folder / "nats.conf", text.encode())

    def _command(self) -> list[str]:
        program = Path(sysconfig.get_path("scripts")) / "nats-server"
        return [str(program), "--config", str(self.folder / "nats.conf")]

    def _answers(self) -> bool:
        # The server's greeting says whether JetStream has recovered its streams.
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1) as connection:
            return b'"jetstream":true' in connection.recv(4096)
        return False
