"""`status`: what runs, where, how it is, what it weighs and how often it had to be restarted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
from rich.console import Console
from rich.table import Table

from cli.local.claim import is_claimed
from cli.local.home import Home
from cli.local.processes import PROCESSES
from cli.local.state import Phase, ProcessState, SystemState, read_state
from cli.supervision.health import is_ready

NAMES = {process.name for process in PROCESSES}
MEGABYTE = 1024 * 1024
SUPERVISOR = "supervisor"


def show(home: Home, console: Console) -> bool:
    """Print the table; the answer says whether everything is well."""
    state = read_state(home.state)
    if not is_claimed(home.claim):
        console.print("Nothing is running: start it with ./rapport up.")
        return False
    rows = [_supervisor(state), *state.processes.values()]
    with ThreadPoolExecutor(len(rows)) as threads:
        health = list(threads.map(_health, rows))
    console.print(_table(rows, health))
    console.print(f"{state.address}  [dim]data in {home.folder}[/]")
    return state.phase is Phase.READY and all(each == "ready" for each in health)


def _supervisor(state: SystemState) -> ProcessState:
    return ProcessState(SUPERVISOR, state.phase, footprint=state.supervisor)


def _table(rows: list[ProcessState], health: list[str]) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("process", "port", "health", "memory", "restarts", "last end"):
        table.add_column(heading, justify="right" if heading in {"port", "memory"} else "left")
    total = 0
    for process, condition in zip(rows, health, strict=True):
        memory = sum(_memory(process))
        total += memory
        row = (process.name, str(process.port or ""), _coloured(condition), _megabytes(memory))
        table.add_row(*row, str(process.restarts), process.last_exit)
    table.add_row("", "", "", _megabytes(total))
    return table


def _health(process: ProcessState) -> str:
    if process.phase is not Phase.READY:
        return str(process.phase)
    if process.footprint is None or process.footprint.process() is None:
        return "dead"
    if process.name in NAMES and not is_ready(process):
        return "not ready"
    return "ready"


def _memory(process: ProcessState) -> Iterator[int]:
    found = process.footprint.process() if process.footprint else None
    if found is None:
        return
    # What the supervisor has started stands in rows of its own.
    children = [] if process.name == SUPERVISOR else found.children(recursive=True)
    for each in (found, *children):
        try:
            full = each.memory_full_info()
        except psutil.Error:
            continue
        # Shared pages are counted once: PostgreSQL's sessions share most of theirs.
        yield getattr(full, "pss", full.uss)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"


def _coloured(condition: str) -> str:
    return f"[{'green' if condition == 'ready' else 'red'}]{condition}[/]"
