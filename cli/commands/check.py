"""`check`: everything that reads the code without running it."""

import subprocess
import sys
from pathlib import Path

from rich.console import Console

from cli.environment import ROOT
from cli.progress import Progress

TOOLS = Path(sys.executable).parent
ROOMS = [room for room in ("kit", "services", "gateway", "cli") if (ROOT / room).exists()]
CHECKS = {
    "ruff: rules": ["ruff", "check", "."],
    "ruff: layout": ["ruff", "format", "--check", "."],
    "mypy: types": ["mypy", "--strict", *ROOMS],
    "import-linter: boundaries": ["lint-imports"],
    "buf: contract": ["buf", "lint", "proto"],
}


def run(console: Console) -> bool:
    """Run every check, also after one has failed, and say whether all passed."""
    progress = Progress(console)
    passed = [_passes(title, command, progress) for title, command in CHECKS.items()]
    return all(passed)


def _passes(title: str, command: list[str], progress: Progress) -> bool:
    try:
        with progress.step(title):
            subprocess.run(
                [str(TOOLS / command[0]), *command[1:]],
                cwd=ROOT,
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
    except subprocess.CalledProcessError as failure:
        progress.console.print(failure.stdout, markup=False, highlight=False, soft_wrap=True)
        return False
    return True
