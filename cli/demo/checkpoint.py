"""How far filling a system has come, and with which company: kept beside it on disk."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from cli.components.component import private_write

SEED = 20_260_101


class Reached(msgspec.Struct):
    """The seed and day of the company that is being put in, and the steps that are done."""

    seed: int
    day: date
    done: list[str] = []
    complete: bool = False


class Checkpoint:
    """What is reached, on disk; an interrupted filling goes on from it with the same company."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.reached = self._read()

    def _read(self) -> Reached | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Reached)
        except FileNotFoundError:
            return None

    @property
    def complete(self) -> bool:
        return self.reached is not None and self.reached.complete

    def begin(self) -> Reached:
        """The beginning of a new filling, or what the one that was interrupted had reached."""
        if self.reached is None:
            self.reached = Reached(SEED, datetime.now(UTC).date())
            self._write(self.reached)
        return self.reached

    def is_done(self, step: str) -> bool:
        return self.reached is not None and step in self.reached.done

    def finish(self, step: str) -> None:
        reached = self.begin()
        reached.done.append(step)
        self._write(reached)

    def finish_all(self) -> None:
        """Also where there was something already, so that no later start looks again."""
        reached = self.begin()
        reached.complete = True
        self._write(reached)

    def _write(self, reached: Reached) -> None:
        private_write(self._path, msgspec.json.encode(reached))
