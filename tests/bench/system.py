"""The system under measurement: the shipped processes, started by the shipped command line."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "parties", "sales", "campaigns", "helpdesk", "scheduling", "chat")


@dataclass(frozen=True)
class System:
    """A running system, with the seconds that its second start took."""

    home: Path
    address: str
    started_in: float
    processes: dict[str, int]
    secrets: dict[str, str]
    postgres_port: int
    nats_port: int

    def database(self, service: str) -> str:
        """The address of a service's own database."""
        password = quote(self.secrets[f"database {service}"], safe="")
        name = f"rapport_{service}"
        return f"postgresql://{name}:{password}@127.0.0.1:{self.postgres_port}/{name}"

    @property
    def nats_url(self) -> str:
        memory = msgspec.json.decode((self.home / "nats" / "component.json").read_bytes())
        return f"nats://rapport:{memory['password']}@127.0.0.1:{self.nats_port}"

    def groups(self, *services: str) -> dict[str, list[int]]:
        """Whose CPU counts: gateway, the services named, all others, and the stores."""
        others = [
            pid for name, pid in self.processes.items() if name in SERVICES and name not in services
        ]
        return {
            "gateway": [self.processes["gateway"]],
            "service": [self.processes[name] for name in services],
            "others": others,
            "postgres": [self.processes["postgres"]],
            "nats": [self.processes["nats"]],
            "valkey": [self.processes["valkey"]],
            "client": [os.getpid()],
        }


@contextmanager
def running(home: Path, port: int) -> Iterator[System]:
    """Starts a system twice, since the second start is what people wait for, and ends it."""
    # A run makes more events in a minute than a small system in a month.
    roomy = {"RAPPORT_STREAM_BYTES": str(1 << 30)}
    environment = os.environ | roomy | {"RAPPORT_HOME": str(home)}
    _command(environment, "up", "--detach", "--no-demo", "--port", str(port))
    _command(environment, "down")
    begun = time.perf_counter()
    _command(environment, "up", "--detach", "--no-demo", "--port", str(port))
    seconds = time.perf_counter() - begun
    try:
        yield _system(home, seconds)
    finally:
        _command(environment, "down")


def _command(environment: dict[str, str], *words: str) -> None:
    subprocess.run(
        [str(ROOT / "rapport"), *words], env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _system(home: Path, seconds: float) -> System:
    state = msgspec.json.decode((home / "state.json").read_bytes())
    processes = state["processes"]
    return System(
        home=home,
        address=state["address"],
        started_in=seconds,
        processes={name: each["footprint"]["pid"] for name, each in processes.items()},
        secrets=msgspec.json.decode((home / "secrets.json").read_bytes()),
        postgres_port=processes["postgres"]["port"],
        nats_port=processes["nats"]["port"],
    )
