"""`logs`: what the processes wrote, the last lines first and then, if wished, as it comes."""

import os
import time
from collections import deque
from pathlib import Path
from typing import IO

from rich.console import Console

from cli.failure import CommandFailed
from cli.local.home import Home

POLL_SECONDS = 0.2


def show(home: Home, process: str | None, lines: int, console: Console, *, follow: bool) -> None:
    files = _files(home, process)
    opened = {file.stem: file.open(errors="replace") for file in files}
    for name, file in opened.items():
        for line in deque(file, lines):
            _print(console, name, line, alone=process is not None)
    while follow:
        for name, file in opened.items():
            _print_new(console, name, file, alone=process is not None)
        time.sleep(POLL_SECONDS)


def _files(home: Home, process: str | None) -> list[Path]:
    if process is None:
        return sorted(home.logs.glob("*.log"))
    file = home.log(process)
    if not file.exists():
        known = ", ".join(sorted(path.stem for path in home.logs.glob("*.log")))
        raise CommandFailed(f"There is no log of {process}; there are: {known or 'none yet'}.")
    return [file]


def _print_new(console: Console, name: str, file: IO[str], *, alone: bool) -> None:
    for line in file:
        _print(console, name, line, alone=alone)
    # A log that has moved on is begun anew.
    if os.fstat(file.fileno()).st_size < file.tell():
        file.seek(0)


def _print(console: Console, name: str, line: str, *, alone: bool) -> None:
    prefix = "" if alone else f"{name:<12} "
    console.print(prefix + line.rstrip("\n"), markup=False, highlight=False, soft_wrap=True)
