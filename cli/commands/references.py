"""`rebuild-references`: what a service keeps of the records of others, told anew by their owners."""

import subprocess
import sys
from urllib.parse import urlsplit

from cli.environment import ROOT
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.processes import SERVICES
from cli.local.state import read_state
from cli.local.stores import Stores
from cli.local.wiring import Wiring


def rebuild(home: Home, service: str) -> None:
    """Runs beside the service that runs, with its settings; its answer goes to the terminal."""
    process = next((each for each in SERVICES if each.name == service), None)
    if process is None:
        known = ", ".join(each.name for each in SERVICES)
        raise CommandFailed(f"There is no service {service!r}: take one of {known}.")
    stores = Stores.of_running(home)
    port = urlsplit(read_state(home.state).address).port or 0
    environment = Wiring(home, stores, port, home.ports()).environment(process)
    command = [sys.executable, "-m", "kit.rebuild_references", service]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise CommandFailed(f"The copies of {service} were left as they are; try again.")
