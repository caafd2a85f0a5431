"""RAPPORT_HOME: where a system on this machine keeps its data, secrets, keys and logs."""

import os
import secrets
from pathlib import Path
from typing import TypeVar

import msgspec

from cli.components.component import private_write
from cli.environment import ROOT

Shape = TypeVar("Shape")


class Home:
    """The folder of one system; another folder is another system, and both run side by side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self.keys = self.folder / "keys"
        self.files = self.folder / "files"
        self.state = self.folder / "state.json"
        self.claim = self.folder / "claim"
        self._secrets = self.folder / "secrets.json"
        self._ports = self.folder / "ports.json"

    @classmethod
    def of_environment(cls) -> "Home":
        return cls(Path(os.environ.get("RAPPORT_HOME") or ROOT / ".rapport"))

    def create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Data, keys and passwords: nobody else on this machine has business here.
        self.folder.chmod(0o700)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)

    def log(self, process: str) -> Path:
        return self.logs / f"{process}.log"

    def secret(self, name: str) -> str:
        """Give the secret of that name, made up when it is asked for the first time."""
        known = _read(self._secrets, dict[str, str])
        if name not in known:
            known[name] = secrets.token_urlsafe(18)
            private_write(self._secrets, msgspec.json.encode(known))
        return known[name]

    def secret_file(self, name: str) -> Path:
        """A file with that secret alone, for a process whose environment shall not hold it."""
        path = self.folder / f"{name}.secret"
        private_write(path, self.secret(name).encode())
        return path

    def ports(self) -> dict[str, int]:
        return _read(self._ports, dict[str, int])

    def remember_ports(self, ports: dict[str, int]) -> None:
        private_write(self._ports, msgspec.json.encode(ports))


def _read(path: Path, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(path.read_bytes(), type=shape) if path.exists() else shape()
