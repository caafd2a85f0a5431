"""The stores of a system: our own, unless the environment names others."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any, Self

from cli.components.component import Component
from cli.components.databases import Database, ensure_databases
from cli.components.mailbox import Mailbox
from cli.components.nats import Nats
from cli.components.postgres import Postgres
from cli.components.valkey import Valkey
from cli.failure import CommandFailed
from cli.local import disk_space
from cli.local.claim import is_claimed
from cli.local.home import Home
from cli.local.nats_users import nats_users
from cli.local.processes import SERVICES
from cli.local.reachability import check

MAIL_SERVER = "RAPPORT_SMTP_HOST"
MAIL = frozenset(
    {MAIL_SERVER, *(f"RAPPORT_SMTP_{each}" for each in ("TLS", "USER", "PASSWORD"))}
    | {"RAPPORT_MAIL_FROM"}
)
"""What services alone are told of the mail server."""


@dataclass
class Stores:
    """Where PostgreSQL, NATS and Valkey are, and which of them we run ourselves."""

    home: Home
    own: list[Component] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.postgres = self._store("DATABASE_URL", Postgres)
        room = disk_space.streams()
        self.nats = self._store("NATS_URL", Nats, users=nats_users(), store_bytes=room)
        self.valkey = self._store("REDIS_URL", Valkey)
        self.mailbox = self._store(MAIL_SERVER, Mailbox)

    @classmethod
    def of_running(cls, home: Home) -> Self:
        """Those of a system that runs, for a command beside it."""
        if not is_claimed(home.claim):
            raise CommandFailed("Nothing is running: start it with ./rapport up.")
        stores = cls(home)
        for store in stores.own:
            store.recall()
        return stores

    def database_url(self, service: str) -> str:
        return self._database(service).url(_url(self.postgres))

    def nats_url(self, process: str) -> str:
        """On a NATS of our own each process comes in as itself."""
        return self.nats.url_of(process) if isinstance(self.nats, Nats) else _url(self.nats)

    def redis_url(self) -> str:
        return _url(self.valkey)

    def mail(self) -> dict[str, str]:
        """How services reach the mail server: as the environment says, or our own mailbox."""
        if isinstance(self.mailbox, Component):
            return {MAIL_SERVER: self.mailbox.url, "RAPPORT_SMTP_TLS": "none"}
        given = {*MAIL, *(f"{name}_FILE" for name in MAIL)}
        return {name: said for name, said in os.environ.items() if name in given}

    def check_given(self) -> None:
        """Say at once which of the stores that others run does not answer."""
        given = {"DATABASE_URL": self.postgres, "NATS_URL": self.nats, "REDIS_URL": self.valkey}
        for variable, store in given.items():
            if isinstance(store, str):
                check(variable, store)

    def ensure_databases(self) -> None:
        databases = [self._database(service.name) for service in SERVICES]
        asyncio.run(ensure_databases(_url(self.postgres), databases))

    def _database(self, service: str) -> Database:
        # On a server that others use too, a bare "sales" could be anybody's.
        return Database(f"rapport_{service}", self.home.secret(f"database {service}"))

    def _store(self, variable: str, kind: type[Component], **more: Any) -> Component | str:
        given = os.environ.get(variable)
        if given:
            return given
        component = kind(self.home.folder, self.home.log(kind.name), **more)
        self.own.append(component)
        return component


def _url(store: Component | str) -> str:
    return store if isinstance(store, str) else store.url
