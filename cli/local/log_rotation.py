"""Logs that stay small: what grows past its size moves on to a numbered file, and the oldest goes.

The processes write into their files themselves and go on doing so: a file is copied and emptied
under them, at the price of the few lines that come in between.
"""

import os
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cli.failure import CommandFailed

LOOK_SECONDS = 5.0
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Rotation:
    """How large a log may get, and how many older ones are kept beside it."""

    size: int
    kept: int

    @classmethod
    def of_environment(cls) -> Self:
        return cls(number("RAPPORT_LOG_BYTES", 8 * MEBIBYTE), number("RAPPORT_LOG_FILES", 2))

    @property
    def most(self) -> int:
        """What one log and its older ones may take of the disk."""
        return self.size * (self.kept + 1)

    def keep_small(self, folder: Path, stopping: threading.Event) -> None:
        """Look after all logs of a folder until the system stops."""
        while not stopping.wait(LOOK_SECONDS):
            for log in folder.glob("*.log"):
                with suppress(OSError):
                    self.turn(log)

    def turn(self, log: Path) -> None:
        """Move a log on that has grown past its size."""
        if log.stat().st_size < self.size:
            return
        for place in range(self.kept, 1, -1):
            with suppress(FileNotFoundError):
                _older(log, place - 1).replace(_older(log, place))
        # On a full disk there is no room for a copy, and emptying makes some.
        with suppress(OSError):
            self._copy(log)
        os.truncate(log, 0)

    def _copy(self, log: Path) -> None:
        if not self.kept:
            return
        try:
            shutil.copyfile(log, _older(log, 1))
        except OSError:
            _older(log, 1).unlink(missing_ok=True)
            raise


def _older(log: Path, place: int) -> Path:
    return log.with_name(f"{log.name}.{place}")


def number(variable: str, default: int) -> int:
    """What the environment says, or what holds without it."""
    text = os.environ.get(variable) or str(default)
    if not text.isdigit():
        raise CommandFailed(f"{variable}={text!r} is no number.")
    return int(text)
