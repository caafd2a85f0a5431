"""NATS with JetStream, every acknowledged message on disk."""

import json
import socket
import sysconfig
from contextlib import suppress
from pathlib import Path

from cli.components.component import Component, private_write
from cli.components.ports import LOOPBACK

CONFIGURATION = """\
server_name: rapport
listen: "{address}:{port}"
authorization {{ user: rapport, password: "{password}" }}
jetstream {{ store_dir: {store}, sync_interval: {sync_interval} }}
"""


class Nats(Component):
    """A nats-server of our own; `sync_interval` is loosened only by tests that lose no power."""

    name = "nats"

    def __init__(
        self, home: Path, log: Path | None = None, *, sync_interval: str = "always"
    ) -> None:
        super().__init__(home, log)
        self.sync_interval = sync_interval

    @property
    def url(self) -> str:
        return f"nats://rapport:{self.password}@{LOOPBACK}:{self.port}"

    def _prepare(self) -> None:
        text = CONFIGURATION.format(
            address=LOOPBACK,
            port=self.port,
            password=self.password,
            store=json.dumps(str(self.folder / "store")),
            sync_interval=self.sync_interval,
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
