"""`bench`: how fast this machine runs Rapport, as ratios to floors measured in the same run."""

import subprocess
import sys

from cli.environment import ROOT


def run(scenarios: list[str]) -> int:
    """Measures the scenarios named, or all of tests/bench, on a system of their own."""
    command = [sys.executable, "-m", "tests.bench.run", *scenarios]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
