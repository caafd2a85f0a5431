"""The stores that a test run brings along, and services on top of them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cli.components.databases import Database, ensure_databases
from cli.components.nats import Nats
from cli.components.ports import free_port
from cli.components.postgres import Postgres
from cli.components.valkey import Valkey
from cli.local.nats_users import nats_users
from kit.database.migrate import upgrade
from kit.events.connection import connect
from kit.events.streams import declare, streams_of
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.service import Service
from kit.testing.keys import PROCESSES, write_keys
from kit.testing.serving import Serving


class House:
    """PostgreSQL, NATS and Valkey of this test run alone."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.nats = Nats(home, users=nats_users(), sync_interval="2m")
        self.valkey = Valkey(home)
        self._stores = (self.postgres, self.nats, self.valkey)
        self.keys_folder = home / "keys"
        self.keys_folder.mkdir(parents=True)
        self.keys = write_keys(self.keys_folder)
        self._taken: set[int] = set()
        self.addresses = {name: self._address() for name in PROCESSES}
        self.serving: dict[str, Serving] = {}

    def _address(self) -> str:
        port = free_port(taken=self._taken)
        self._taken.add(port)
        return f"127.0.0.1:{port}"

    def start(self) -> None:
        for store in self._stores:
            store.start()
        # A loop of its own: the tests' must be the one that this thread knows.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, self._make_streams()).result()

    async def _make_streams(self) -> None:
        """A service waits for the streams that it hears, and most tests start only some owners."""
        connection = await connect(self.nats.url, "house")
        for name in PROCESSES:
            for stream in streams_of(name):
                await declare(connection.jetstream(), stream)
        await connection.close()

    def stop(self) -> None:
        for store in self._stores:
            store.stop()

    async def serve(
        self, name: str, make: Callable[[Any], Service], settings: type[Any]
    ) -> Serving:
        """Starts a service on a migrated database of its own."""
        database = Database(f"rapport_{name}", "test")
        await ensure_databases(self.postgres.url, [database])
        url = database.url(self.postgres.url)
        await asyncio.to_thread(upgrade, name, url)
        service = make(settings.load(self.environment(name) | {"DATABASE_URL": url}))
        serving = await Serving.start(service, self.peers())
        self.serving[name] = serving
        return serving

    def environment(self, name: str) -> dict[str, str]:
        """What a process of this house reads from its environment."""
        files = {} if name == "gateway" else {"RAPPORT_FILES": str(self.home / "files")}
        return files | {
            # Toys and their like are no processes of a system, and have no user of their own.
            "NATS_URL": self.nats.url_of(name) if name in self.nats.users else self.nats.url,
            "REDIS_URL": self.valkey.url,
            "RAPPORT_LISTEN": self.addresses[name],
            "RAPPORT_OPS_LISTEN": self._address(),
            "RAPPORT_PEERS": ",".join(f"{peer}={at}" for peer, at in self.addresses.items()),
            "RAPPORT_CONTEXT_KEY": self.keys[name],
            "RAPPORT_CONTEXT_KEYS": str(self.keys_folder),
            "RAPPORT_LOG_LEVEL": "warning",
        }

    def peers(self, name: str = "gateway") -> Peers:
        """The way to the services, signed as one of the processes."""
        tokens = ContextTokens.from_files(name, self.keys[name], self.keys_folder)
        return Peers(name, self.addresses, tokens)
