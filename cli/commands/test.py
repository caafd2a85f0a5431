"""`test`: the whole suite by pytest, and a plain word about tests that this machine cannot run."""

import shutil
import subprocess
import sys
from itertools import pairwise

from rich.console import Console

from cli.environment import ROOT

WORKERS = ["-n", "2", "--dist", "loadgroup"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_TESTS = 5


def run(arguments: list[str], console: Console) -> int:
    command = [sys.executable, "-m", "pytest", *_parallel(arguments), *arguments]
    if any(shutil.which(browser) for browser in BROWSERS):
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    code = subprocess.run([*command, *_without_browser(arguments)], cwd=ROOT, check=False)
    _print_left_out(arguments, console)
    return code.returncode


def _parallel(arguments: list[str]) -> list[str]:
    chosen = any(argument.startswith("-n") for argument in arguments)
    return [] if chosen else WORKERS


def _without_browser(arguments: list[str]) -> list[str]:
    """Join our condition to the caller's, since pytest heeds only the last one."""
    wished = [after for word, after in pairwise(arguments) if word == "-m"]
    return ["-m", f"({wished[-1]}) and not browser" if wished else "not browser"]


def _print_left_out(arguments: list[str], console: Console) -> None:
    collect = [sys.executable, "-m", "pytest", *arguments, "-m", "browser"]
    collect += ["--collect-only", "-qq", "-p", "no:xdist", "-p", "no:warnings"]
    found = subprocess.run(collect, cwd=ROOT, check=False, capture_output=True, text=True)
    tests = [line for line in found.stdout.splitlines() if line.startswith("tests/")]
    if found.returncode == NO_TESTS or not tests:
        return
    console.print("Left out, because there is no Chromium here (apt-get install chromium):")
    for line in tests:
        console.print(f"  {line}", markup=False)
