"""Whether something built from files is still true to them."""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def digest(files: Iterable[Path], *also: str) -> str:
    """Sum up the names and contents of files, and whatever else the result depends on."""
    total = hashlib.sha256()
    for word in also:
        total.update(word.encode() + b"\0")
    for file in files:
        total.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def is_current(stamp: Path, expected: str) -> bool:
    return stamp.exists() and stamp.read_text() == expected


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time build in a folder; the kernel frees the place if it dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
