"""What `up` does about the demonstration company: fills a system that is empty, and prints who is who."""

import threading

from cli.demo.checkpoint import Checkpoint
from cli.demo.content.company import company
from cli.demo.content.people import shown
from cli.demo.filling import Filling, is_empty
from cli.demo.retrying import Interrupted
from cli.demo.session import Session
from cli.local.home import Home
from cli.local.wiring import ADMIN_EMAIL
from cli.progress import Progress

_CHECKPOINT, _PASSWORD = "demonstration.json", "demonstration"


def run(home: Home, address: str, progress: Progress, stopping: threading.Event) -> None:
    """Fills an empty system once; a system that cannot be filled still runs."""
    checkpoint = Checkpoint(home.folder / _CHECKPOINT)
    try:
        if not checkpoint.complete:
            _fill(home, address, checkpoint, progress, stopping)
    except Interrupted:
        return
    except Exception as fault:  # noqa: BLE001 - a system that runs must not end for want of examples
        progress.note(f"The demonstration company is not complete; the next up goes on. {fault}")
    if checkpoint.reached and checkpoint.reached.done:
        _print_sign_ins(home, progress)


def _fill(
    home: Home, address: str, checkpoint: Checkpoint, progress: Progress, stopping: threading.Event
) -> None:
    password = home.secret("administrator")
    with Session(address, ADMIN_EMAIL, password, stopping) as administrator:
        if checkpoint.reached is None and not is_empty(administrator):
            checkpoint.finish_all()
            return
        reached = checkpoint.begin()
        made = company(reached.seed, reached.day)
        Filling(administrator, made, home.secret(_PASSWORD)).run(checkpoint, progress)


def _print_sign_ins(home: Home, progress: Progress) -> None:
    lines = [f"{each.email} ({each.title.lower()})" for each in shown()]
    progress.console.print(
        "\nThe demonstration company has thirteen people, for example", markup=False
    )
    for line in lines:
        progress.console.print(f"  Sign in   {line}", markup=False)
    password = progress.secret(home.secret(_PASSWORD))
    progress.console.print(f"  Password  {password}, the same for all of them", markup=False)
