"""What `up` does about the demonstration company: put it in when the system is empty, and say who is who."""

import threading

from cli.demo.company import company
from cli.demo.door import Visitor
from cli.demo.filling import Filling, is_empty
from cli.demo.marker import Marker
from cli.demo.patience import Interrupted
from cli.demo.people import shown
from cli.local.home import Home
from cli.local.wiring import ADMIN_EMAIL
from cli.progress import Progress

_MARKER, _PASSWORD = "demonstration.json", "demonstration"


def show(home: Home, address: str, progress: Progress, stopping: threading.Event) -> None:
    """Fills an empty system once; a system that cannot be filled still runs."""
    marker = Marker(home.folder / _MARKER)
    try:
        if not marker.complete:
            _fill(home, address, marker, progress, stopping)
    except Interrupted:
        return
    except Exception as fault:  # noqa: BLE001 - a system that runs must not end for want of examples
        progress.note(f"The demonstration company is not complete; the next up goes on. {fault}")
    if marker.mark and marker.mark.done:
        _tell(home, progress)


def _fill(
    home: Home, address: str, marker: Marker, progress: Progress, stopping: threading.Event
) -> None:
    password = home.secret("administrator")
    with Visitor(address, ADMIN_EMAIL, password, stopping) as administrator:
        if marker.mark is None and not is_empty(administrator):
            marker.finish_all()
            return
        mark = marker.begin()
        made = company(mark.seed, mark.day)
        Filling(administrator, made, home.secret(_PASSWORD)).run(marker, progress)


def _tell(home: Home, progress: Progress) -> None:
    lines = [f"{each.email} ({each.title.lower()})" for each in shown()]
    progress.console.print(
        "\nThe demonstration company has thirteen people, for example", markup=False
    )
    for line in lines:
        progress.console.print(f"  Sign in   {line}", markup=False)
    password = progress.secret(home.secret(_PASSWORD))
    progress.console.print(f"  Password  {password}, the same for all of them", markup=False)
