"""The environment variables and ports by which each process finds the others."""

import os

from cli.components.ports import LOOPBACK, free_port, is_free
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.keys import KeyRing
from cli.local.processes import GATEWAY, PROCESSES, Process
from cli.local.stores import MAIL, Stores

ADMIN_EMAIL = "admin@example.com"
# These are the command line's own, or decided here, and no process may see another value.
WITHHELD = {"RAPPORT_HOME", "DATABASE_URL", "NATS_URL", "REDIS_URL"}
WITHHELD |= {"RAPPORT_LOG_BYTES", "RAPPORT_LOG_FILES", "RAPPORT_FILES", *MAIL}


class Wiring:
    """Who listens where, and gets which settings; of a system that runs the ports are known."""

    def __init__(
        self, home: Home, stores: Stores, port: int, ports: dict[str, int] | None = None
    ) -> None:
        self.home = home
        self.stores = stores
        self.port = port
        self.address = f"http://localhost:{port}"
        self.keys = KeyRing(home.keys)
        # Every process reads the keys of all when it starts, so they are there before the first does.
        for process in PROCESSES:
            self.keys.ensure(process.name)
        self.ports = ports or self._choose_ports()

    def listen(self, process: Process) -> int:
        return self.port if process is GATEWAY else self.ports[process.name]

    def ops(self, process: Process) -> int:
        return self.ports[f"{process.name} ops"]

    def environment(self, process: Process) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name.removesuffix("_FILE") not in WITHHELD
        }
        return inherited | self._common(process) | self._stores(process) | self._own(process)

    def _common(self, process: Process) -> dict[str, str]:
        peers = (f"{each.name}={LOOPBACK}:{self.listen(each)}" for each in PROCESSES)
        return {
            "RAPPORT_LISTEN": f"{LOOPBACK}:{self.listen(process)}",
            "RAPPORT_OPS_LISTEN": f"{LOOPBACK}:{self.ops(process)}",
            "RAPPORT_PEERS": ",".join(peers),
            "RAPPORT_CONTEXT_KEY_FILE": str(self.keys.private(process.name)),
            "RAPPORT_CONTEXT_KEYS": str(self.keys.public),
            "NATS_URL": self.stores.nats_url(process.name),
        }

    def _stores(self, process: Process) -> dict[str, str]:
        given: dict[str, str] = {}
        if process.has_database:
            given |= {"DATABASE_URL": self.stores.database_url(process.name), **self.stores.mail()}
            given["RAPPORT_FILES"] = os.environ.get("RAPPORT_FILES") or str(self.home.files)
        if process.name in {"gateway", "identity"}:
            given["REDIS_URL"] = self.stores.redis_url()
        return given

    def _own(self, process: Process) -> dict[str, str]:
        if process is GATEWAY or process.name == "scheduling":
            return {"RAPPORT_PUBLIC_URL": self.address}
        if process.name == "identity":
            return {
                "RAPPORT_PUBLIC_URL": self.address,
                "RAPPORT_ADMIN_EMAIL": ADMIN_EMAIL,
                "RAPPORT_ADMIN_PASSWORD_FILE": str(self.home.secret_file("administrator")),
            }
        return {}

    def _choose_ports(self) -> dict[str, int]:
        if not is_free(self.port):
            raise CommandFailed(
                f"Port {self.port} is taken by another program: choose one with --port."
            )
        remembered = self.home.ports()
        ports: dict[str, int] = {}
        for process in PROCESSES:
            for name in (process.name, f"{process.name} ops"):
                taken = {self.port, *ports.values()}
                ports[name] = free_port(remembered.get(name), taken)
        self.home.remember_ports(ports)
        return ports
