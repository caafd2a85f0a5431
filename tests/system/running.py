"""The whole system as `up` starts it, reached through its one address."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cli.api import Api
from cli.components.ports import free_port
from cli.environment import ROOT
from cli.local.home import Home

_START_SECONDS = 300
PASSWORD = "seven quiet herons 41"


class System:
    """Eight processes and three stores in a home of their own."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = Home(home)
        self._variables = variables
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"RAPPORT_HOME": str(self.home.folder), "COLUMNS": "200"}
        return {**os.environ, **own, **self._variables}

    def command(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """A command of ./rapport in this home."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self) -> None:
        words = ("up", "--detach", "--no-demo", "--port", str(self.port))
        done = self.command(*words, seconds=_START_SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr

    def stop(self) -> None:
        self.command("down")

    def administrator(self) -> Api:
        return Api.of_home(self.home)

    def as_person(self, email: str) -> Api:
        return Api(self.address, email, PASSWORD)


def whole(api: Api, path: str, **query: str | int) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    token = ""
    while True:
        page = api.get(path, page_size=200, page_token=token, **query)
        rows.extend(page["items"])
        token = page.get("next_page_token") or page.get("page", {}).get("next_page_token") or ""
        if not token:
            return rows
