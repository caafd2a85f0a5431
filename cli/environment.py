"""The environment in .venv, installed by hash with nothing but Python's standard library."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from cli.failure import CommandFailed

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
RUN_LOCK = ROOT / "requirements.lock"
DEVELOPMENT_LOCK = ROOT / "requirements" / "dev.lock"
NODE_LOCK = ROOT / "requirements" / "node.lock"
DEVELOPMENT_COMMANDS = {"test", "check", "bench"}
FAILED = 4


def main(command: str) -> int:
    try:
        prepare(command)
    except CommandFailed as failure:
        print(failure, file=sys.stderr)
        return FAILED
    except OSError as failure:
        print(f"Rapport cannot write its environment to {VENV}: {failure}.", file=sys.stderr)
        return FAILED
    return 0


def prepare(command: str) -> None:
    """Install what the command needs and is not installed yet."""
    if not stale(command):
        return
    VENV.mkdir(exist_ok=True)
    with _alone():
        if not PYTHON.exists():
            _step(f"Making {VENV.name}", _create)
        # Another start may have done our work while we waited.
        for lock in stale(command):
            _step(f"Installing {lock.relative_to(ROOT)}", partial(_install, lock))


def stale(command: str) -> list[Path]:
    return [lock for lock in _wanted(command) if _stamp_text(lock) != _read(_stamp(lock))]


def _wanted(command: str) -> Iterator[Path]:
    yield RUN_LOCK
    if command in DEVELOPMENT_COMMANDS:
        yield DEVELOPMENT_LOCK
    if shutil.which("npm") is None:
        yield NODE_LOCK


def _create() -> None:
    venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)


def _install(lock: Path) -> None:
    # The lock names every package, so nothing is left to resolve.
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--progress-bar", "off", "--disable-pip-version-check", "-r", str(lock)]
    with LOG.open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise CommandFailed(f"{_reason()} The whole story is in {LOG.relative_to(ROOT)}.")
    _stamp(lock).write_text(_stamp_text(lock))


def _reason() -> str:
    text = LOG.read_text(errors="replace")
    if any("No space left on device" in line for line in text.splitlines()[-20:]):
        return f"The disk that holds {VENV} is full."
    errors = [line for line in text.splitlines() if line.startswith("ERROR:")]
    return f"The libraries could not be installed: {errors[-1][7:] if errors else 'pip failed'}."


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.stem}.installed"


def _stamp_text(lock: Path) -> str:
    return f"{platform.python_version()} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _step(title: str, work: Callable[[], None]) -> None:
    started = time.monotonic()
    print(f"… {title}", flush=True)
    work()
    print(f"✓ {title}  {time.monotonic() - started:.1f} s", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    with (VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(*sys.argv[1:2] or [""]))
