"""What the processes of a system on this machine are told by their environment."""

from pathlib import Path

import pytest

from cli.components.ports import free_port
from cli.local.home import Home
from cli.local.processes import PROCESSES
from cli.local.stores import Stores
from cli.local.wiring import Wiring
from services.identity.config import Settings


def test_the_first_password_stands_in_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Security, low: whoever reads a process's environment read the administrator's password."""
    for variable, url in {
        "DATABASE_URL": "postgresql://a/b",
        "NATS_URL": "c",
        "REDIS_URL": "d",
        "RAPPORT_SMTP_HOST": "e:25",
    }.items():
        monkeypatch.setenv(variable, url)
    home = Home(tmp_path)
    home.create()
    wiring = Wiring(home, Stores(home), free_port())
    given = {process.name: wiring.environment(process) for process in PROCESSES}
    password = home.secret("administrator")
    assert all(password not in "\n".join(each.values()) for each in given.values())
    kept = Path(given["identity"]["RAPPORT_ADMIN_PASSWORD_FILE"])
    assert kept.stat().st_mode & 0o077 == 0
    assert Settings.load(given["identity"]).admin_password == password
